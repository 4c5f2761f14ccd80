"""A Matplotlib figure as a PNG, the same bytes each time."""

import io
from typing import Any

from matplotlib.figure import Figure


def as_png(figure: Figure, dpi: int = 150, **options: Any) -> bytes:
    """Return the figure as a PNG; the options are those of `savefig`."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None}, **options)
    return file.getvalue()
