"""The law of a live page: an old page and the changes are what a fresh page is."""

from difflib import unified_diff
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

from tests.browser.server import Server
from tests.browser.steps import follow_idea

VIEWERS = ("researcher", "company", "administrator", "staff")
# The page as lines, without what is said of the moment alone: positions, tokens, times in words, who is here.
SHAPE = """() => {
  const lines = [];
  const skip = "template, script, [data-here], [data-news], [name=csrfmiddlewaretoken], [name=client_id]";
  const glow = /^is-(new|changed)$/;
  const moment = (name) => /^data-(live|own|set)-|^(style|title|data-(after|epoch|newest|idea-version))$/.test(name);
  const walk = (node, depth) => {
    const text = (words) => words.replace(/\\s+/g, " ").trim();
    if (node.nodeType === Node.TEXT_NODE && text(node.data)) lines.push("  ".repeat(depth) + text(node.data));
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(skip)) return;
    const attributes = [...node.attributes].filter(({ name }) => !moment(name)).map(({ name, value }) => {
      if (name === "class") value = value.split(/\\s+/).filter((one) => !glow.test(one)).sort().join(" ");
      if (name === "datetime") value = new Date(value).toISOString();
      return `${name}=${value}`;
    });
    lines.push("  ".repeat(depth) + [node.localName, ...attributes.sort()].join(" "));
    if (!node.matches("time[data-relative]")) for (const child of node.childNodes) walk(child, depth + 1);
  };
  walk(document.querySelector("[data-bell]"), 0);
  walk(document.querySelector("main"), 0);
  return lines;
}"""


class Team:
    """Everybody's acts on one idea, by the API."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tokens = {name: server.token(f"{name}@example.org") for name in (*VIEWERS, "lead")}
        _, self.call = server.api("calls/?status=open")
        self.reference = ""

    def ask(self, name: str, path: str, method: str = "POST", **body: Any) -> Any:
        status, answer = self.server.api(path, token=self.tokens[name], method=method, **body)
        assert status < 300, (status, answer)
        return answer

    def idea(self, **content: Any) -> str:
        _, chains = self.server.api("value-chains/", token=self.tokens["researcher"])
        chain = (chains["results"] if isinstance(chains, dict) else chains)[0]["code"]
        texts = dict.fromkeys(("teaser", "problem", "approach"), "Un testo.")
        idea = self.ask(
            "researcher", "ideas/", title="Legge", value_chain=chain, visibility="members", **texts, **content
        )
        self.ask("researcher", f"ideas/{idea['reference']}/state/", state="open")
        self.reference = str(idea["reference"])
        return self.reference

    def comment(self, name: str, body: str, parent: int | None = None, audience: str = "all") -> int:
        content = {"body": body, "client_id": str(uuid4()), "audience": audience}
        content |= {"parent": parent} if parent else {}
        return int(self.ask(name, f"ideas/{self.reference}/comments/", **content)["id"])

    def edit(self, name: str, comment: int, body: str) -> None:
        self.ask(name, f"comments/{comment}/", "PATCH", body=body)

    def delete(self, name: str, comment: int) -> None:
        self.ask(name, f"comments/{comment}/", "DELETE")


Pages = dict[str, Page]


def is_like_fresh(pages: Pages, reference: str, query: str = "") -> None:
    """Compare every old page with a fresh one of the same reader; `query`: of the address at which both are."""
    for name, page in pages.items():
        # A tab costs more than a page: one beside each old page serves all comparisons.
        fresh = next((tab for tab in page.context.pages if tab is not page), None) or page.context.new_page()
        follow_idea(fresh, reference, query)
        expected = fresh.evaluate(SHAPE)
        for _ in range(100):  # the last change may still be on its way
            differences = list(unified_diff(page.evaluate(SHAPE), expected, n=0))
            if not differences:
                break
            page.wait_for_timeout(100)
        assert not differences, (name, differences)
        fresh.goto("about:blank")


def bring_call(server: Server, identifier: str, *, closes: str) -> None:
    """Import a call, or its new deadline."""
    path = server.folder / "calls.csv"
    path.write_text(f"identifier,title,level,closes\n{identifier},Un bando,regional,{closes}\n")
    server.manage("import_calls", str(path), "--format", "csv")
