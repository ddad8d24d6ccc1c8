"""Puts ids of what there is into requests, where schemathesis would make ids up that nothing has.

schemathesis links an answer to a request where a path names what the answer has. It does not see that a return needs an order, that an
allocation needs a charge of the same customer, or that only some adjustments can be reversed. So ids are kept as answers bring them, and
take the place of made-up ones. Which one does depends on the made-up id alone, and one of eight stays: an id of nothing must be
answered, too.
"""

import uuid

import schemathesis

# How many of each kind are kept, the newest ones.
MOST = 50

# By the name of a parameter or a member: what has this id.
KINDS = {
    "customer_id": "customer",
    "product_id": "product",
    "order_id": "order",
    "charge_id": "charge",
    "payment_id": "payment",
    "adjustment_id": "adjustment",
    "refund_id": "refund",
    "return_id": "return",
}

# By the beginning of a path: what the `id` in its answers is of.
PATHS = {
    "/v1/customers": ("customer",),
    "/v1/products": ("product",),
    "/v1/purchases": ("order", "charge"),
    "/v1/orders": ("order", "charge"),
    "/v1/payments": ("payment",),
    "/v1/adjustments": ("adjustment", "charge"),
    "/v1/refunds": ("refund", "charge"),
    "/v1/returns": ("return",),
}

# Of an adjustment with one of these types there is a reversal.
REVERSED = "/v1/adjustments/{adjustment_id}/reversal"
CREDITS = ("credit", "write_off")

# An allocation of more than this seldom finds as much unapplied credit.
MUCH = 1000

known = {kind: [] for kind in (*KINDS.values(), "credit", "customer with charges")}
charges_of = {}


def learn(kind, value):
    ids = known[kind]
    if isinstance(value, str) and value not in ids:
        ids.append(value)
        del ids[:-MOST]


def chosen(kind, value):
    ids = known[kind]
    try:
        number = uuid.UUID(value).int
    except (AttributeError, TypeError, ValueError):
        return value
    if value in ids or not ids or number % 8 == 0:
        return value
    return ids[number % len(ids)]


def learn_all(answer, of_path):
    """All that an answer says: of itself by its path, of others by the names of members."""
    if isinstance(answer, list):
        for each in answer:
            learn_all(each, of_path)
    elif isinstance(answer, dict):
        for kind in of_path:
            learn(kind, answer.get("id"))
        if answer.get("type") in CREDITS:
            learn("credit", answer.get("id"))
        elif "charge" in of_path and answer.get("id") and answer.get("customer_id"):
            learn("customer with charges", answer["customer_id"])
            charges_of.setdefault(answer["customer_id"], []).append(answer["id"])
        for name, value in answer.items():
            if name in KINDS:
                learn(KINDS[name], value)
            elif isinstance(value, (dict, list)):
                # `data` of a list has what the path says; other members are something else.
                learn_all(value, of_path if name == "data" else ())


def put_charges(request):
    """Charges of the customer that the request names, and amounts that they may have."""
    charges = charges_of.get(request.get("customer_id"), [])
    for part in request["allocations"]:
        if not isinstance(part, dict):
            continue
        charge, amount = part.get("charge_id"), part.get("amount")
        if charges and charge not in charges and chosen("charge", charge) != charge:
            part["charge_id"] = charges[uuid.UUID(charge).int % len(charges)]
        if type(amount) is int and MUCH < abs(amount) < 2**53 and amount % 2 == 0:
            part["amount"] = amount % 50 + 1


def put_into(request):
    if isinstance(request, dict) and isinstance(request.get("allocations"), list) and "customer_id" in request:
        request["customer_id"] = chosen("customer with charges", request["customer_id"])
        put_charges(request)
        return
    if isinstance(request, list):
        for each in request:
            put_into(each)
    elif isinstance(request, dict):
        for name, value in list(request.items()):
            if name in KINDS and isinstance(value, str):
                request[name] = chosen(KINDS[name], value)
            else:
                put_into(value)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if case.operation.path == REVERSED and isinstance(case.path_parameters, dict):
        number = case.path_parameters.get("adjustment_id")
        case.path_parameters["adjustment_id"] = chosen("credit", number)
        return
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, (dict, list)):
            put_into(part)


@schemathesis.hook
def after_call(ctx, case, response):
    path = case.operation.path
    if response.status_code not in (200, 201) or not response.headers.get("content-type", [""])[0].startswith("application/json"):
        return
    of_path = next((kinds for beginning, kinds in PATHS.items() if path.startswith(beginning)), ())
    # What stands below a record is not that record: entries below a customer, movements below a product, a reversal.
    learn_all(response.json(), of_path if path.count("/") <= 3 else ())
