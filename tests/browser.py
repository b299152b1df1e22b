"""Chromium for the tests that look at pages as their readers do."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
QUIET: Final = (
    "--no-sandbox",  # containers have no user namespaces; every page is ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Every element with text of its own, against the nearest ground that is not transparent: relative luminance, WCAG 2.2.
CONTRASTS: Final = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255)
  const ground = (element) => {
    if (!element) return [255, 255, 255]
    const colour = parts(getComputedStyle(element).backgroundColor)
    return colour.length < 4 || colour[3] > 0 ? colour : ground(element.parentElement)
  }
  const speaks = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  return [...document.body.querySelectorAll('*')].filter(speaks).map((element) => {
    const [text, behind] = [light(parts(getComputedStyle(element).color)), light(ground(element))]
    const contrast = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05)
    return [element.textContent.trim().slice(0, 40), contrast]
  })
}"""


def chromium() -> str | None:
    """Where the machine has it."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser that has never been anywhere."""
    path = chromium()
    assert path is not None, "Chromium is missing: on Debian, apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


async def contrasts(page: Page) -> list[tuple[str, float]]:
    """Each text of the page with how much it stands out; 4.5 is the least that it may (WCAG 2.2, 1.4.3)."""
    return [(text, contrast) for text, contrast in await page.evaluate(CONTRASTS)]
