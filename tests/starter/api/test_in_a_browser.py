"""The reader's pages in a real browser, from a message in the mail folder: worker, `waypost serve` and Chromium."""

import re
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route

from mail.look import DAY, NIGHT
from tests.browser import browsing, contrasts
from tests.starter.api.serving import serving
from tests.starter.conftest import Run, running_in
from tests.starter.house import CLUB, House, new_house
from tests.temporal_server import TemporalServer, free_ports
from tests.until import until_now

pytestmark = pytest.mark.browser

NUMBERS: Final = count(1)


class Mail(NamedTuple):
    """A tip that a member has, and how to ask what became of it."""

    member: str
    email: EmailMessage
    run: Run

    @property
    def html(self) -> str:
        part = self.email.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    def link(self, label: str) -> str:
        [address] = re.findall(rf'href="([^"]+)"[^>]*>{label}<', self.html)
        return str(address)

    @property
    def one_click(self) -> str:
        return str(self.email["List-Unsubscribe"])[1:-1]

    @property
    def opted_out(self) -> object:
        return self.run("person", "show", self.member, "--json").json["opted_out"]


@pytest.fixture(scope="module")
def public(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The club, whose readers reach its pages."""
    house = new_house(tmp_path_factory.mktemp("public"), temporal_server, CLUB)
    [port] = free_ports(1)
    settings = house.folder / "waypost.toml"
    settings.write_text(f'{settings.read_text()}[api]\nport = {port}\npublic_url = "http://127.0.0.1:{port}"\n')
    with house.worker(), serving(house, "--port", str(port)):
        yield house


@pytest.fixture
def mail(public: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Mail:
    """A new member has finished a book and has the tip for the next."""
    run = running_in(public, capsys, monkeypatch)
    member = f"b-{next(NUMBERS)}"
    run("person", "set", member, "--email", f"{member}@example.org", "--name", "Ada")
    run("enroll", member, "--program", "club", "--process", "membership")
    run("tell", member, "book_finished", "--program", "club")
    until_now(lambda: _tip(public.settings.mail_folder, member) is not None)
    email = _tip(public.settings.mail_folder, member)
    assert email is not None
    return Mail(member, email, run)


def _tip(folder: Path, member: str) -> EmailMessage | None:
    for file in folder.glob("*.eml"):
        email = message_from_bytes(file.read_bytes(), EmailMessage, policy=default)
        if f"{member}@" in str(email["To"]) and email["X-Waypost-Notification"] == "reading_tip":
            return email
    return None


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as browser:
        yield browser


@pytest.fixture
async def context(browser: Browser) -> BrowserContext:
    """As careful readers have it: without scripts."""
    return await browser.new_context(java_script_enabled=False)


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


def viewed(mail: Mail) -> bool:
    rows = mail.run("messages", "--person", mail.member, "--notification", "reading_tip", "--json").json
    return any(row["viewed_at"] for row in rows)


async def test_a_message_is_seen_online_by_keyboard_alone_and_that_is_known(mail: Mail, page: Page) -> None:
    await page.goto(mail.link("View this message online"))
    assert await page.title() == "Reading tip of the club – The Reading Club"
    assert not viewed(mail)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Open the club").wait_for()
    assert await page.get_by_role("heading", level=1).inner_text() == "Reading tip of the club"
    assert not await page.get_by_text("View this message online").is_visible()
    assert viewed(mail)


async def test_a_link_of_a_message_that_is_shown_online_leads_to_a_page_in_which_everything_works(
    mail: Mail, browser: Browser
) -> None:
    async def portal(route: Route) -> None:
        await route.fulfill(body="<h1></h1><script>document.title = 'ran'</script>", content_type="text/html")

    context = await browser.new_context()
    await context.route("https://portal.example.org/**", portal)
    page = await context.new_page()
    await page.goto(mail.link("View this message online"))
    await page.get_by_role("button", name="Show the message").click()
    async with page.expect_navigation():
        await page.get_by_role("link", name="Open the club").click()
    assert await page.title() == "ran"


async def test_preferences_are_set_by_keyboard_alone(mail: Mail, page: Page) -> None:
    await page.goto(mail.link("Choose which messages you get"))
    for key in ("Tab", "Tab", "Space"):  # past the choice between some and none, to the first that is optional
        await page.keyboard.press(key)
    assert not await page.get_by_role("checkbox", name="Reading tip").is_checked()
    await page.get_by_role("button", name="Save").press("Enter")
    await page.get_by_role("status").get_by_text("Your choice is saved.").wait_for()
    assert mail.opted_out == {"club": ["reading_tip"]}
    await page.get_by_role("radio", name="Send me none of them").press("Space")
    await page.get_by_role("button", name="Save").press("Enter")
    await page.get_by_role("status").wait_for()
    assert mail.opted_out == {"club": ["*", "reading_tip"]}


async def test_optional_messages_are_stopped_and_wanted_again_by_two_buttons(mail: Mail, page: Page) -> None:
    await page.goto(mail.one_click)
    await page.get_by_role("button", name="Stop optional messages").click()
    await page.get_by_role("heading", name="You get no more optional messages").wait_for()
    assert mail.opted_out == {"club": ["*"]}
    await page.get_by_role("button", name="I want them again").click()
    await page.get_by_role("status").get_by_text("You get them again.").wait_for()
    assert mail.opted_out == {}


async def test_a_scanner_that_opens_every_link_and_runs_every_script_changes_nothing(
    mail: Mail, browser: Browser
) -> None:
    scanner = await browser.new_context()
    for link in (mail.link("View this message online"), mail.link("Choose which messages you get"), mail.one_click):
        page = await scanner.new_page()
        await page.goto(link, wait_until="networkidle")
        await page.reload(wait_until="networkidle")
        assert await page.evaluate("document.scripts.length") == 0
    assert mail.opted_out == {}
    assert not viewed(mail)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_by_day_and_night_every_text_stands_out_and_a_narrow_screen_needs_no_sideways_scrolling(
    mail: Mail, browser: Browser, scheme: str
) -> None:
    """320 pixels are a small telephone, and a wide screen at 400 %."""
    narrow = await browser.new_context(
        viewport={"width": 320, "height": 600}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = await narrow.new_page()
    red, green, blue = bytes.fromhex((NIGHT if scheme == "dark" else DAY)["page"].removeprefix("#"))
    ground = f"rgb({red}, {green}, {blue})"
    links = [mail.link("View this message online"), mail.link("Choose which messages you get"), mail.one_click]
    for link in (*links, f"{links[0]}x"):
        await page.goto(link)
        await looks_right(page, ground)
    await page.goto(mail.one_click)
    await page.get_by_role("button").click()
    await looks_right(page, ground)
    await page.goto(links[0])
    await page.get_by_role("button").click()
    await page.get_by_role("link", name="Open the club").wait_for()
    await looks_right(page, ground)


async def looks_right(page: Page, ground: str) -> None:
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == ground  # styles are not locked out
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = await contrasts(page)
    assert seen
    assert not [(text, contrast) for text, contrast in seen if contrast < 4.5]


async def test_no_token_reaches_a_log(mail: Mail, public: House) -> None:
    links = (mail.link("View this message online"), mail.link("Choose which messages you get"), mail.one_click)
    async with httpx.AsyncClient(trust_env=False) as http:
        for link in links:
            assert (await http.get(link)).is_success
            await http.post(link)
            await http.get(f"{link}?{link}")
    said = "".join(log.read_text(errors="replace") for log in public.folder.rglob("*.log"))
    assert "GET /u/{token:path} 200" in said
    assert not [link for link in links if link.rpartition("/")[2] in said]
