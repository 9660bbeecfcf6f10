"""Runs the sector's validator of the SSDA903 return (csc-validator-be-903) over files, with the interpreter of the
environment that `make test` builds for it: its pins do not go with the hub's.

Reads JSON from standard input: the year in which the collection ends, and files by year ("This year", "Prev year") and
name. Writes JSON: the checks that ran, and for each that found something the rows of the missing table, from 0. Every
check about missing periods is run, and only those.
"""

import importlib
import json
import logging
import os
import sys
import warnings

os.environ["QLACREF_PC_INSECURE"] = "True"  # reads the reference data of postcodes as it was installed
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def main() -> None:
    asked = json.load(sys.stdin)
    year = int(asked["year"])
    from lac_validator.lac_validator import LacValidator

    rules = importlib.import_module(f"lac_validator.rules.lac{year - 1}_{year % 100}").registry
    about = {c: r for c, r in rules.items() if "missing" in {str(t).lower() for t in r.tables or ()}}
    files = [
        {"name": name, "description": when, "file_content": text.encode()}
        for when, named in asked["files"].items()
        for name, text in named.items()
    ]
    made = LacValidator({"collectionYear": str(year), "localAuthority": "E10000024"}, files, about)
    missing = made.ds_results["Missing"]
    found = {
        column.removeprefix("ERR_"): [int(row) for row in missing.index[missing[column] == True]]  # noqa: E712
        for column in missing.columns
        if column.startswith("ERR_")
    }
    json.dump(
        {"ran": sorted(map(str, made.dones)), "not_run": sorted(map(str, [*made.skips, *made.fails])), "found": found},
        sys.stdout,
    )


main()
