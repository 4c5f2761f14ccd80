"""How JupyterLab opens the pages of the book as notebooks, shows them and saves them."""
