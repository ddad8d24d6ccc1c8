"""What schemathesis does not check by itself: that the document forbids whatever the server refuses.

A request that the document allows may still be refused for what is there, or not there (an id, a key that was used, a
stock that is too small); but not for its form. The few rules that JSON Schema has no words for are named here.
"""

import sys
from pathlib import Path

import schemathesis

sys.path.insert(0, str(Path(__file__).parent))
import ids  # noqa: E402, F401: its hooks

# Where the document says it in words only, and how the server says it: what stands beside something else, or depends on it.
ONLY_IN_WORDS = [
    # "The next_cursor of the page before": opaque.
    ("query", "/cursor", None),
    # "Not together with customer_id".
    ("query", "/reference", "cannot be combined with customer_id"),
    # "Not before from".
    ("query", "/to", "must not be before from"),
    # "A moment to come".
    ("body", "/expires_at", None),
    # "Never 0".
    ("body", "/quantity", None),
    ("body", None, "must not be 0"),
    # What is there, or not: an order's lines.
    ("body", None, "no such line of the order"),
    # "Each once": by one of its members.
    ("body", "/allocations", "must name each charge once"),
    ("body", "/items", "must name each line once"),
    # "A purchase has at most one of payment_terms, due_date and due_at", and so has an adjustment.
    ("body", "/due_date", "must not stand beside "),
    ("body", "/due_at", "must not stand beside "),
    # "On which day a charge is due": an adjustment that is no charge has no such thing, and only a credit settles.
    ("body", None, "must not stand here: only "),
    # "0 unless end_of_month is true".
    ("body", "/payment_terms/then_days", "must be 0 unless end_of_month is true"),
    # "0 for a service".
    ("body", "/stock", "must be 0 for a service"),
    ("body", "/backorder_limit", "must be 0 for a service"),
    # "A place of the tz database".
    ("body", "/time_zone", "must be UTC or a place of the tz database"),
    # "What is taken off the price of the line's quantity".
    ("body", None, "must be at most the price of the line's quantity"),
    # "What of them goes back into the stock".
    ("body", None, "must be at most the quantity"),
    # "What is left of the amount settles the oldest charges".
    ("body", "/allocations", "add up to "),
]

# For what there is or is not, as 404 is for the things that a path names.
OF_WHAT_IS_THERE = ("charge_not_found",)

# "In plain digits": to JSON Schema, 100.0 is a whole number too.
NOT_IN_DIGITS = "must be a whole number, not a number with a fraction or exponent"
# Sums with what is there already.
SUMS = ("the total would be above 9007199254740991", "would take the balance below -9007199254740991")


@schemathesis.check
def the_document_forbids_what_is_refused(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code in (400, 408, 413, 415):
        raise AssertionError(f"refused with {response.status_code}: {response.text}")
    if response.status_code != 422:
        return
    problem = response.json()
    if problem["code"] in OF_WHAT_IS_THERE:
        return
    for fault in problem.get("errors", []):
        if fault["detail"] not in (NOT_IN_DIGITS, *SUMS) and not is_only_in_words(fault):
            raise AssertionError(f"refused, and the document allows it: {fault}")


def is_only_in_words(fault):
    return any(
        fault["in"] == where and pointer in (None, fault["pointer"]) and fault["detail"].startswith(detail or "")
        for where, pointer, detail in ONLY_IN_WORDS
    )
