"""What is done to a rig, by what it is done to."""

from homeward.torture.faults.of_databases import OF_DATABASES
from homeward.torture.faults.of_hubs import OF_HUBS
from homeward.torture.faults.of_kafka import OF_KAFKA
from homeward.torture.faults.of_mail import OF_MAIL
from homeward.torture.faults.of_records import OF_RECORDS

FAULTS = (*OF_HUBS, *OF_KAFKA, *OF_DATABASES, *OF_MAIL, *OF_RECORDS)
