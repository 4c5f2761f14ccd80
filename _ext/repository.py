"""Where the book's source is: one setting, `repository_url` in _config.yml, which may be absent."""

from docutils import nodes
from sphinx.util.docutils import SphinxRole


class Repository(SphinxRole):
    """Show the words before the bar, as a link, where the address is known, else those after it."""

    def run(self):
        linked, otherwise = self.text.split("|")
        address = self.config.html_theme_options.get("repository_url")
        if address:
            return [nodes.reference("", linked, refuri=address)], []
        return [nodes.Text(otherwise)], []


def setup(app):
    app.add_role("repository", Repository())
