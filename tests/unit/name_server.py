"""A name server on this machine that knows what a test tells it."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """Answers on a free UDP port until closed; use as a context manager.

    ``zone`` has the records of each name by their kind, such as ``{"firm.de": {"MX":
    ["10 mx.firm.de."]}}``. A name in ``broken`` gets SERVFAIL, a name in ``silent`` no
    answer, any other NXDOMAIN. ``asked`` has the questions that came.
    """

    def __init__(self, zone=None, broken=(), silent=()):
        self.zone = zone or {}
        self.broken = set(broken)
        self.silent = set(silent)
        self.is_dead = False
        self.asked = []

    def __enter__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error):
        # an empty datagram ends the thread, which then closes the socket
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)

    def _serve(self):
        with self._socket:
            while True:
                data, client = self._socket.recvfrom(4096)
                if not data:
                    return
                if answer := self._answer(dns.message.from_wire(data)):
                    self._socket.sendto(answer.to_wire(), client)

    def _answer(self, query):
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True)
        kind = question.rdtype.name
        self.asked.append((name, kind))
        if self.is_dead or name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif records := self.zone[name].get(kind):
            answer.answer.append(
                dns.rrset.from_text(question.name, 300, "IN", kind, *records)
            )
        return answer
