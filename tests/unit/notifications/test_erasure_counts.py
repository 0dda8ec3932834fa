from __future__ import annotations

from notifications.erasure.rules import to_report


def test_the_first_time_what_is_there_counts() -> None:
    assert to_report({}, {"messages": 2}, answered=False) == {"messages": 2}


def test_an_interrupted_erasure_remembers_what_it_has_deleted_since() -> None:
    assert to_report({"messages": 2}, {"messages": 1}, answered=False) == {"messages": 2}


def test_after_the_answer_what_slipped_in_is_added() -> None:
    heard_again = to_report({"messages": 2, "dead_letters": 1}, {"messages": 1}, answered=True)
    assert heard_again == {"messages": 3, "dead_letters": 1}
    assert to_report({"messages": 2}, {"contacts": 1}, answered=True) == {"messages": 2, "contacts": 1}
