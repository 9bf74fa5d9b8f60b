"""Islands in JupyterLab: a widget whose traits are the island's state; Python sends its data on request."""

from __future__ import annotations

from functools import cache
from typing import Any

from embedlib.islands.base import Island, island, options_of, part_bytes


def show(name: str, **options: Any) -> Any:
    """The island as a widget; as the last line of a cell it appears below it.

    Parameters
    ----------
    name : of the island, for instance `"neighbors"`.
    options : its state at the start, for instance `word="cat"`.

    Returns
    -------
    anywidget.AnyWidget
        One attribute for each option: read it to see what the reader chose, set it to move the island.

    Raises
    ------
    ValueError
        For an unknown island or option, or a value that the island cannot show.
    ImportError
        Where anywidget is not installed.
    """
    one = island(name)
    return _widget_class(name)(**options_of(one, options))


@cache
def _widget_class(name: str) -> type[Any]:
    """A widget class for the island, with one trait for each of its options."""
    try:
        import anywidget
        import traitlets
    except ImportError as reason:
        sentence = "An island needs anywidget. Install it with: pip install 'embedlib[lab]'"
        raise ImportError(sentence) from reason
    from embedlib.islands.site import module_source, style_source, worker_source

    one = island(name)
    kinds: dict[type, Any] = {
        str: traitlets.Unicode,
        bool: traitlets.Bool,
        int: traitlets.Int,
        float: traitlets.Float,
        list: traitlets.List,
        dict: traitlets.Dict,
    }

    class Live(anywidget.AnyWidget):
        """An island in a notebook."""

        _esm = module_source(one)
        _css = style_source(one)
        first = traitlets.Dict().tag(sync=True)

        def __init__(self, **state: Any) -> None:
            super().__init__(first=one.first(state), **state)
            self.on_msg(_send_part)
            self.add_class("island")
            self.add_class(f"island-{name}")

        def __repr__(self) -> str:
            state = ", ".join(f"{key}={getattr(self, key)!r}" for key in one.defaults)
            return f"{type(self).__name__}({state})"

        def _repr_mimebundle_(self, **kwargs: Any) -> Any:
            bundle = super()._repr_mimebundle_(**kwargs)
            data = bundle[0] if isinstance(bundle, tuple) else bundle
            if data is None:
                return bundle
            data["text/plain"] = repr(self)
            data["text/html"] = one.fallback_html(_state(self, one), one.invitation)
            return bundle

        @traitlets.validate(*one.defaults)
        def _check(self, proposal: Any) -> Any:
            try:
                checked = options_of(one, {**_state(self, one), proposal.trait.name: proposal.value})
            except ValueError as reason:
                raise traitlets.TraitError(str(reason)) from None
            return checked[proposal.trait.name]

    def _send_part(widget: Any, message: Any, buffers: Any) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("part"), str):
            return
        part = message["part"]
        try:
            worker = worker_source(one) if part == "worker" else ""
            content = worker.encode() if worker else part_bytes(one, part)
        except Exception as reason:  # the page says what went wrong; raising here would only reach the log
            widget.send({"part": part, "error": str(reason)})
        else:
            widget.send({"part": part}, [content])

    traits = {key: kinds[type(value)](value).tag(sync=True) for key, value in one.defaults.items()}
    title = "".join(word.capitalize() for word in name.split("_"))
    return type(title, (Live,), traits)


def _state(widget: Any, one: Island) -> dict[str, Any]:
    return {key: getattr(widget, key) for key in one.defaults}
