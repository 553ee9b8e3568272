"""Finds an engine by its name."""

from __future__ import annotations

from evalkit.errors import InputError
from evalkit.scale.driving import Engine
from evalkit.scale.local import LocalEngine

NAMES = ("local", "dask", "ray")


def engine_of(name: str, *, address: str | None = None, workers: int = 2) -> Engine:
    """The engine of that name. Raises: InputError for an address where none is used."""
    if name == "local":
        if address is not None:
            raise InputError("--address belongs to --engine dask or ray; the local engine has none")
        return LocalEngine(workers)
    if name == "dask":
        from evalkit.scale.on_dask import DaskEngine

        return DaskEngine(address, workers)
    from evalkit.scale.on_ray import RayEngine

    return RayEngine(address, workers)
