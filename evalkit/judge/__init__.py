"""The LLM judge: questions in words, answers from an enum, evidence that must be found; optional, never hidden."""
