"""Computes a customer's ledger anew, from the API's answers alone: python3 check_ledger.py URL API_KEY CUSTOMER_ID"""
import datetime, hashlib, json, sys, urllib.request, uuid

CHARGES = ("purchase", "opening", "fee", "debit", "refund")

def number(value, size=8):
    return int(value).to_bytes(size, "big", signed=True)

def text(value):
    return number(len(value.encode()), 4) + value.encode()

def time(value):  # microseconds since 2000, or the smallest number for none
    if value is None:
        return number(-(2**63))
    since = datetime.datetime.fromisoformat(value.replace("Z", "+00:00")) - datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)
    return number((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)

def day(value):  # days since 2000, or the smallest number for none
    return number(-(2**31) if value is None else (datetime.date.fromisoformat(value) - datetime.date(2000, 1, 1)).days, 4)

def entry_hash(entry, previous):
    more, none = entry["hashed"], lambda value, instead: instead if value is None else value
    return hashlib.sha256(b"".join((
        b"\x01", previous, uuid.UUID(more["business_id"]).bytes, uuid.UUID(entry["customer_id"]).bytes, number(entry["entry_no"]),
        uuid.UUID(entry["id"]).bytes, number(entry["amount"]), number(entry["balance_after"]), number(more["charged_total"]),
        number(more["allocated_total"]), number(more["held_total"]), number(none(entry["credit_limit"], -1)),
        number(none(entry["authorized_limit"], -1)), number(none(entry["reverses_entry_no"], 0)),
        time(entry["due_at"] if entry["kind"] in CHARGES else None), day(entry["due_date"] or entry["received_on"]), time(entry["created_at"]),
        bytes.fromhex(more["request_fingerprint"]), bytes.fromhex(more["details_digest"]),
        text(entry["kind"]), text(more["idempotency_key"]), text(more["actor"])))).digest()

def entries(url, key, customer):  # oldest first
    found, cursor = [], ""
    while cursor is not None:
        address = f"{url}/v1/customers/{customer}/ledger?include=hashed{cursor and '&cursor=' + cursor}"
        page = json.load(urllib.request.urlopen(urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})))
        found, cursor = found + page["data"], page["next_cursor"]
    return reversed(found)

previous, count, balance = bytes(32), 0, 0
for entry in entries(*sys.argv[1:4]):
    previous, count, balance = entry_hash(entry, previous), count + 1, balance + entry["amount"]
    if (entry["entry_no"], entry["balance_after"], entry["proof"]["hash"]) != (count, balance, previous.hex()):
        sys.exit(f"entry {entry['entry_no']} is not what its hash says")
print(f"{count} entries, balance {balance}, hash {previous.hex()}")
