"""Sliders that are live in JupyterLab and, without a kernel, in the built HTML.

An explorer is an ipywidget whose front end, an ES module beside the Python file of the same name,
recomputes and redraws in the browser.
"""

from backprop.explorers.backprop_stepper import BackpropStepper
from backprop.explorers.conv import ConvExplorer
from backprop.explorers.filter import FilterExplorer
from backprop.explorers.frames import FramesExplorer
from backprop.explorers.layers import LayersExplorer
from backprop.explorers.stack import StackExplorer

__all__ = [
    "BackpropStepper",
    "ConvExplorer",
    "FilterExplorer",
    "FramesExplorer",
    "LayersExplorer",
    "StackExplorer",
]
