"""Who plays the customer of a case: by its mode, one of the customers of this room."""

from __future__ import annotations

from evalkit.errors import CustomerError
from evalkit.model import Case
from evalkit.replay.customers import CustomerMaker, CustomerScript
from evalkit.replay.lines import LinesCustomer


def customer_for(case: Case, *, seed: int = 0, trial: int = 0, llm: CustomerMaker | None = None) -> CustomerScript:
    """The script of a case's customer; the same seed and trial always say the same.

    Raises: CustomerError for an LLM customer without a model.
    """
    mode = case.customer.mode
    # Who hears what a bot asks for loads the tables of the languages; most suites need none of it.
    if mode == "facts":
        from evalkit.replay.fact_sheet import FactSheetCustomer

        return FactSheetCustomer(case, seed=seed, trial=trial)
    if mode == "open":
        from evalkit.replay.recorded import RecordedCustomer

        return RecordedCustomer(case.customer, case.language)
    if mode == "llm":
        if llm is None:
            raise CustomerError(f"case '{case.id}' wants an LLM customer, and no model is configured")
        return llm(case, seed=seed, trial=trial)
    return LinesCustomer(case.customer.lines, case.language)
