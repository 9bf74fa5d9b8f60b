"""Interactive parts of the course: live in JupyterLab with Python behind them, on the site with no server.

>>> from embedlib import islands
>>> "neighbors" in islands.available()
True
"""

from embedlib.islands.base import available
from embedlib.islands.live import show
from embedlib.islands.site import export_site, placeholder_html

__all__ = ["available", "export_site", "placeholder_html", "show"]
