"""A bulk file as the EU portal's: its own objects, a thousand times over, with as much news in them as theirs have."""

import json
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "exchange" / "samples" / "portal_bulk.json"
NEWS = (
    "<p><strong>Flash evaluation results</strong></p><p>Call: proposals submitted &amp; above threshold – più. </p>"
    * 10
)


def write_bulk_file(path: Path, objects: int, megabytes: int) -> None:
    """Write a file of about so many megabytes; the same arguments give the same bytes."""
    patterns = json.loads(SAMPLE.read_text())["fundingData"]["GrantTenderObj"]
    each = megabytes * 1_000_000 // objects
    with path.open("w", encoding="utf-8") as out:
        out.write('{"fundingData": {"GrantTenderObj": [\n')
        for number in range(objects):
            found = patterns[number % len(patterns)]
            found = {**found, "identifier": f"{found['identifier']}-{number}"[-110:]}
            found["ccm2Id" if found["type"] else "cftId"] = 60_000_000 + number
            lacking = each - len(json.dumps(found, indent=1))
            found["latestInfos"] = [
                {"approvalDate": "2026-04-15", "lastChangeDate": "2026-04-15T15:31:59.992", "content": NEWS}
                for _piece in range(max(0, -(-lacking // (len(NEWS) + 110))))
            ]
            out.write(("," if number else "") + json.dumps(found, indent=1, ensure_ascii=False))
        out.write("]}}\n")
