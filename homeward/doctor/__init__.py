"""`homeward doctor`: everything that a hub leans on, looked at once from outside, in plain findings with their mends.
Nothing is changed anywhere, and it may be run beside a hub that runs."""

import asyncio
from collections.abc import Mapping

from homeward.doctor.database_checks import database_findings
from homeward.doctor.finding import Examination, Finding
from homeward.doctor.kafka_checks import kafka_findings
from homeward.doctor.machine_checks import clock_findings, disk_findings
from homeward.doctor.mail_checks import directory_findings, mail_findings
from homeward.settings import Settings
from homeward.wiring import library

__all__ = ["Finding", "examine"]

_WITHIN = 30.0  # seconds for each check


async def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order of the checks. Raises PackError where packs or directories do not load."""
    packs, directories = library(settings)
    checks: Mapping[str, Examination] = {
        "kafka": lambda: kafka_findings(settings, directories),
        "database": lambda: database_findings(settings),
        "mail": lambda: mail_findings(settings),
        "directory": lambda: directory_findings(packs, directories),
        "clock": lambda: clock_findings(settings),
        "disk": lambda: disk_findings(settings),
    }
    found = await asyncio.gather(*(_looked(name, check) for name, check in checks.items()))
    return [finding for each in found for finding in each]


async def _looked(name: str, check: Examination) -> list[Finding]:
    """What a check found; a check that fails is a finding itself."""
    try:
        async with asyncio.timeout(_WITHIN):
            return [*await check()]
    except TimeoutError:
        return [Finding(name, "fault", f"no answer within {_WITHIN:g} s", "check the network and the server")]
    except Exception as error:
        kind = type(error).__name__
        return [Finding(name, "fault", f"the check failed ({kind})", "report this, with the version of the hub")]
