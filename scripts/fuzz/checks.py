"""What schemathesis does not check by itself: that the document forbids whatever the server refuses.

A request that the document allows may still be refused for what is there, or not there (an id, a key that was used, a
stock that is too small); but not for its form. The few rules that JSON Schema has no words for are named here.
"""

import schemathesis

# Where the document says it in words only.
ONLY_IN_WORDS = {
    # "The next_cursor of the page before": opaque.
    ("query", "/cursor"),
    # "A moment to come".
    ("body", "/expires_at"),
    # "Never 0".
    ("body", "/quantity"),
}

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
    for fault in problem.get("errors", []):
        only_in_words = (fault["in"], fault["pointer"]) in ONLY_IN_WORDS or fault["detail"] in (NOT_IN_DIGITS, *SUMS)
        if not only_in_words:
            raise AssertionError(f"refused, and the document allows it: {fault}")
