"""Who plays the customer of a case: by its mode, one of the customers of this room."""

from __future__ import annotations

from evalkit.errors import CustomerError
from evalkit.model import Case
from evalkit.replay.customers import CustomerMaker, CustomerScript
from evalkit.replay.fact_sheet import FactSheetCustomer
from evalkit.replay.lines import LinesCustomer
from evalkit.replay.recorded import RecordedCustomer


def customer_for(case: Case, *, seed: int = 0, trial: int = 0, llm: CustomerMaker | None = None) -> CustomerScript:
    """The script of a case's customer; the same seed and trial always say the same.

    Raises: CustomerError for an LLM customer without a model.
    """
    mode = case.customer.mode
    if mode == "facts":
        return FactSheetCustomer(case, seed=seed, trial=trial)
    if mode == "open":
        return RecordedCustomer(case.customer, case.language)
    if mode == "llm":
        if llm is None:
            raise CustomerError(f"case '{case.id}' wants an LLM customer, and no model is configured")
        return llm(case, seed=seed, trial=trial)
    return LinesCustomer(case.customer.lines, case.language)
