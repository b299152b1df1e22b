"""How a message looks: colours by day and by night, and the inline style of every element that staff may write.

Styles are inline because some mail clients drop the style sheet; the sheet in the layout only adds the night. Each pair
of text and ground keeps a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3), which a test computes.
"""

from typing import Final

DAY: Final = {
    "page": "#f5f1ea",
    "card": "#ffffff",
    "text": "#2c2825",
    "muted": "#655c54",
    "accent": "#17605c",
    "on_accent": "#ffffff",
    "quote": "#f5f1ea",
    "rule": "#e4dccf",
}
NIGHT: Final = {
    "page": "#191715",
    "card": "#24211e",
    "text": "#f2ede6",
    "muted": "#bdb3a8",
    "accent": "#8fd3c9",
    "on_accent": "#10302d",
    "quote": "#2f2b27",
    "rule": "#453f39",
}
FONT: Final = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

STYLE: Final = {
    "p": "margin:0 0 18px",
    "h2": "margin:28px 0 10px;font-size:19px;line-height:1.35;font-weight:700",
    "ul": "margin:0 0 18px;padding:0 0 0 24px",
    "ol": "margin:0 0 18px;padding:0 0 0 24px",
    "li": "margin:0 0 8px",
    "blockquote": f"margin:0 0 18px;padding:14px 18px;background:{DAY['quote']};border-left:4px solid {DAY['accent']}",
    "a": f"color:{DAY['accent']};text-decoration:underline",
    "strong": "font-weight:700",
    "em": "font-style:italic",
}
BUTTON_CELL: Final = f"background:{DAY['accent']};border-radius:8px"
BUTTON: Final = ";".join(
    (
        "display:inline-block;padding:13px 26px",
        f"color:{DAY['on_accent']};font-weight:600;line-height:1.3;text-decoration:none",
    )
)
