"""What an SMTP client can do at all: ready-made mails over one connection.

    python raw_smtp.py PORT FOLDER COUNT

Stands alone. Sends the mails of the folder in turn, each to another recipient, with
:meth:`smtplib.SMTP.sendmail`, and prints what it cost as JSON.
"""

import json
import resource
import smtplib
import sys
import time
from email import message_from_bytes
from pathlib import Path


def main() -> None:
    """Send and count."""
    port, folder, count = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    mails = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    addresses = [message_from_bytes(mail)["To"].split("<")[-1][:-1] for mail in mails]
    start = time.perf_counter()
    before = time.process_time()
    client = smtplib.SMTP("127.0.0.1", port)
    client.ehlo()
    for number in range(count):
        place = number % len(mails)
        recipient = f"{number}.{addresses[place]}"
        client.sendmail("bounce@desk.example", recipient, mails[place])
    client.quit()
    costs = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - before,
        "statements": 0,
        "memory_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(costs))


if __name__ == "__main__":
    main()
