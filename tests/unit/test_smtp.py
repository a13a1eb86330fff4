"""Sending: the SMTP adapter against a server that misbehaves."""

import random
import re
import smtplib
import time
import unittest
from collections import Counter
from contextlib import ExitStack
from functools import partial
from unittest import mock

from smtp_server import DROP, Act, SmtpServer

from tools.providers import base
from tools.providers.base import Misconfigured, OutgoingEmail, SendResult, Unreachable
from tools.providers.smtp import SmtpProvider
from tools.providers.smtp_connection import Connection

CONTENT = b"Subject: Hello\r\n\r\nfirst line\r\nlast line\r\n"
BOTH = (True, False)


def mail(ref: int, data: bytes = CONTENT, **values) -> OutgoingEmail:
    values = {"sender": "s@x.example", "recipients": (address(ref),)} | values
    return OutgoingEmail(ref, data=data, **values)


def address(ref: int) -> str:
    return f"r{ref}@x.example"


def mails(count: int) -> list[OutgoingEmail]:
    return [mail(ref) for ref in range(1, count + 1)]


def at(step: str, act: Act, argument: str | None = None, connection: int | None = None):
    """Return a script that acts at one step, for one argument or connection only."""

    def script(now: str, number: int, given: str) -> Act | None:
        fits = (
            now == step and argument in (None, given) and connection in (None, number)
        )
        return act if fits else None

    return script


class Journal:
    """Keeps what the adapter tells; says no, or fails, at the call numbered ``end``."""

    def __init__(self, end: int = 0, error: Exception | None = None):
        self.calls: list[tuple[list[SendResult], list[int]]] = []
        self._end = end
        self._error = error

    def __call__(self, results, refs) -> bool:
        self.calls.append((list(results), list(refs)))
        if len(self.calls) == self._end and self._error:
            raise self._error
        return len(self.calls) != self._end

    def told(self) -> list[int]:
        return [result.ref for results, _refs in self.calls for result in results]


class SmtpCase(unittest.TestCase):
    """Starts servers and adapters, and closes them."""

    def setUp(self):
        self._open = ExitStack()
        self.addCleanup(self._open.close)

    def serve(self, script=None, pipelining: bool = True) -> SmtpServer:
        return self._open.enter_context(SmtpServer(script, pipelining))

    def provider(self, server, timeout: float = 2, login: bool = False, **options):
        def connect():
            smtp = smtplib.SMTP("127.0.0.1", server.port, "test", timeout)
            smtp.ehlo()
            if login:
                try:
                    smtp.login("user", "secret")
                except smtplib.SMTPException:
                    smtp.close()
                    raise
            return smtp

        provider = SmtpProvider(connect, **options)
        self._open.callback(provider.close)
        return provider

    def send(self, server, batch, **options) -> list[SendResult]:
        """Send with a provider of its own and close it, so that the server is done."""
        provider = self.provider(server, **options)
        results = provider.send(batch, Journal())
        provider.close()
        return results

    def assert_status(self, results, *expected):
        """Check (ref, status) of all results."""
        found = sorted((one.ref, one.status) for one in results)
        self.assertEqual(found, list(expected))

    def for_both(self):
        """Run a block with and without pipelining."""
        for pipelining in BOTH:
            with self.subTest(pipelining=pipelining):
                yield pipelining


class TestDialogue(SmtpCase):
    def test_all_accepted(self):
        for pipelining in self.for_both():
            server = self.serve(pipelining=pipelining)
            results = self.send(server, mails(7), width=3)
            self.assert_status(results, *((ref, base.ACCEPTED) for ref in range(1, 8)))
            self.assertEqual(server.recipients(), [address(ref) for ref in range(1, 8)])
            self.assertEqual({data for _s, _r, data in server.stored}, {CONTENT})
            self.assertEqual(server.connections, 3)
            self.assertEqual(results[0].provider_id, "queued")

    def test_no_more_connections_than_mails(self):
        server = self.serve()
        self.send(server, mails(2), width=5)
        self.assertEqual(server.connections, 2)

    def test_a_narrower_batch_uses_fewer_connections(self):
        server = self.serve()
        provider = self.provider(server, width=4)
        provider.send(mails(8), Journal())
        provider.width = 1
        journal = Journal()
        provider.send([mail(ref) for ref in range(9, 13)], journal)
        self.assertEqual({len(refs) for _results, refs in journal.calls}, {1})
        provider.close()
        self.assertEqual(len(server.stored), 12)

    def test_commands_travel_together_only_where_the_server_can(self):
        writes = []

        def write(connection, data, original=Connection._write):
            writes.append(b" ".join(re.findall(rb"^[A-Z]{4}|^\.", data, re.MULTILINE)))
            return original(connection, data)

        for pipelining, expected in (
            (True, [b"MAIL RCPT DATA", b". MAIL RCPT DATA", b"."]),
            (False, [b"MAIL", b"RCPT", b"DATA", b"."] * 2),
        ):
            writes.clear()
            with mock.patch.object(Connection, "_write", write):
                self.send(self.serve(pipelining=pipelining), mails(2), width=1)
            self.assertEqual(writes, expected)

    def test_dots_and_line_ends_arrive_unchanged(self):
        contents = {
            b".": b".\r\n",
            b".\r\n": b".\r\n",
            b"..a\r\n.\r\n..\r\n": b"..a\r\n.\r\n..\r\n",
            b"a\r\n.\r\nQUIT\r\n": b"a\r\n.\r\nQUIT\r\n",
            b"": b"\r\n",
            b"x" * 300_000: b"x" * 300_000 + b"\r\n",
        }
        for pipelining in self.for_both():
            server = self.serve(pipelining=pipelining)
            batch = [mail(1, content) for content in contents]
            self.send(server, batch, width=1)
            got = [data for _sender, _recipients, data in server.stored]
            self.assertEqual(got, list(contents.values()))

    def test_careless_server_finds_no_other_end_of_the_content(self):
        """What is known as SMTP smuggling."""
        for smuggled in (b"\n.\n", b"\n.\r\n", b"\r\n.\n"):
            server = self.serve()
            server.ends = (b".\r\n", b".\n")
            data = b"a" + smuggled + b"MAIL FROM:<evil@x.example>\r\n"
            self.send(server, [mail(1, data)])
            self.assertEqual([one[2] for one in server.stored], [data])

    def test_multiline_answers(self):
        lines = "250-one\r\n250-two\r\n250 three"
        for step in ("MAIL", "RCPT", "dot"):
            results = self.send(self.serve(at(step, Act(lines))), mails(2), width=1)
            self.assert_status(results, (1, base.ACCEPTED), (2, base.ACCEPTED))
        self.assertEqual(results[0].provider_id, "one two three")

    def test_multiline_refusal_is_kept_in_full(self):
        act = Act("550-5.1.1 no such\r\n550 5.1.1 person")
        [result] = self.send(self.serve(at("RCPT", act)), mails(1))
        self.assertEqual(result.status, base.REFUSED)
        self.assertEqual(result.reason, "550 5.1.1 no such 5.1.1 person")

    def test_slow_server(self):
        def script(step, _connection, _argument):
            return Act(delay=0.02)

        for pipelining in self.for_both():
            server = self.serve(script, pipelining)
            results = self.send(server, mails(4), width=2)
            self.assertEqual(Counter(r.status for r in results), {base.ACCEPTED: 4})

    def test_bad_addresses_never_reach_the_server(self):
        bad = ("a b@x", "a@x>\r\nRSET", "<a@x>", "a@x\nDATA", "ü@x.example", "")
        server = self.serve()
        batch = [mail(ref, recipients=(one,)) for ref, one in enumerate(bad, 1)]
        batch += [mail(7, sender="s@x>\r\nRSET"), mail(8, recipients=()), mail(9)]
        results = self.send(server, batch)
        self.assert_status(
            results, *((ref, base.FAILED) for ref in range(1, 9)), (9, base.ACCEPTED)
        )
        self.assertEqual(server.recipients(), [address(9)])
        self.assertNotIn("RSET", {command for _number, command in server.commands})

    def test_empty_return_path(self):
        server = self.serve()
        self.assert_status(self.send(server, [mail(1, sender="")]), (1, base.ACCEPTED))
        self.assertEqual(server.stored[0][0], "")


class TestRefusals(SmtpCase):
    """Each refusal concerns its mail only; the mails around it arrive."""

    EXPECTED = {
        ("MAIL", "451"): base.DEFERRED,
        ("MAIL", "550"): base.FAILED,
        ("RCPT", "451"): base.DEFERRED,
        ("RCPT", "550"): base.REFUSED,
        ("DATA", "451"): base.DEFERRED,
        ("DATA", "554"): base.FAILED,
        ("dot", "451"): base.DEFERRED,
        ("dot", "554"): base.FAILED,
    }

    def check(self, act, step, status, pipelining, width):
        sender = "bad@x.example"
        argument = sender if step == "MAIL" else address(2)
        server = self.serve(at(step, act, argument), pipelining)
        batch = mails(3)
        batch[1] = mail(2, sender=sender)
        results = self.send(server, batch, width=width)
        self.assert_status(results, (1, base.ACCEPTED), (2, status), (3, base.ACCEPTED))
        self.assertEqual(server.recipients(), [address(1), address(3)])
        self.assertIn((act.reply or "")[:3], results[1].reason)

    def test_refusals(self):
        for (step, code), status in self.EXPECTED.items():
            for pipelining in BOTH:
                for width in (1, 2):
                    with self.subTest(step, code=code, pipe=pipelining, width=width):
                        act = Act(f"{code} no")
                        self.check(act, step, status, pipelining, width)

    def test_421_then_the_end(self):
        for step in ("MAIL", "RCPT", "DATA", "dot"):
            for pipelining in BOTH:
                with self.subTest(step, pipelining=pipelining):
                    act = Act("421 go away", drop=True)
                    self.check(act, step, base.DEFERRED, pipelining, 1)

    def test_354_although_no_recipient_is_left(self):
        def script(step, _connection, argument):
            if step == "RCPT" and argument == address(1):
                return Act("550 unknown")
            if step == "DATA" and argument == "":
                return Act("354 go on all the same")
            return None

        server = self.serve(script)
        results = self.send(server, mails(2), width=1)
        self.assert_status(results, (1, base.REFUSED), (2, base.ACCEPTED))
        self.assertEqual(server.recipients()[-1:], [address(2)])
        self.assertNotIn(CONTENT, [data for _s, to, data in server.stored if not to])

    def test_one_of_several_recipients_refused_sends_to_nobody(self):
        for pipelining in self.for_both():
            server = self.serve(at("RCPT", Act("550 no"), "b@x.example"), pipelining)
            both = mail(1, recipients=("a@x.example", "b@x.example"))
            results = self.send(server, [both, mail(2)], width=1)
            self.assert_status(results, (1, base.REFUSED), (2, base.ACCEPTED))
            self.assertEqual(server.recipients(), [address(2)])

    def test_refused_reset_does_not_blame_the_mail(self):
        def script(step, _connection, argument):
            if step == "RSET":
                return Act("502 no such command")
            return Act("550 no") if (step, argument) == ("RCPT", address(1)) else None

        for pipelining in self.for_both():
            results = self.send(self.serve(script, pipelining), mails(3), width=1)
            self.assert_status(
                results, (1, base.REFUSED), (2, base.DEFERRED), (3, base.ACCEPTED)
            )


class TestLostConnections(SmtpCase):
    def check(self, step, act, status, pipelining, stored=False, argument=None):
        server = self.serve(at(step, act, argument or address(1)), pipelining)
        results = self.send(server, mails(2), width=1)
        self.assert_status(results, (1, status), (2, base.ACCEPTED))
        expected = [address(1)] * stored + [address(2)]
        self.assertEqual(server.recipients(), expected)

    def test_before_the_dot_nothing_is_there(self):
        for step in ("RCPT", "DATA"):
            for act in (DROP, Act("250 partly", drop=True)):
                for pipelining in BOTH:
                    with self.subTest(step, act=act, pipelining=pipelining):
                        self.check(step, act, base.DEFERRED, pipelining)

    def test_after_mail(self):
        def script(step, connection, _argument):
            return DROP if (step, connection) == ("MAIL", 1) else None

        for pipelining in self.for_both():
            server = self.serve(script, pipelining)
            results = self.send(server, mails(2), width=1)
            self.assert_status(results, (1, base.DEFERRED), (2, base.ACCEPTED))

    def test_in_the_middle_of_the_content(self):
        server = self.serve(at("content", DROP, address(1)))
        large = mail(1, b"a line of the mail\r\n" * 1_000_000)
        results = self.send(server, [large, mail(2)], width=1)
        self.assert_status(results, (1, base.DEFERRED), (2, base.ACCEPTED))
        self.assertEqual(server.recipients(), [address(2)])

    def test_after_the_dot_nobody_knows(self):
        for stored in BOTH:
            act = Act(drop=True, silent=True, store=stored)
            for pipelining in BOTH:
                with self.subTest(stored=stored, pipelining=pipelining):
                    self.check("dot", act, base.UNKNOWN, pipelining, stored)

    def test_answers_after_the_dot_that_make_no_sense(self):
        for reply in ("2", "25", "ok", "999 what", "334 go on", "250-and"):
            with self.subTest(reply):
                act = Act(reply, drop=True, store=True)
                self.check("dot", act, base.UNKNOWN, True, stored=True)

    def test_answers_to_commands_that_make_no_sense(self):
        for reply in ("2", "ok", "999 what", "334 go on"):
            for step in ("RCPT", "DATA"):
                with self.subTest(reply, step=step):
                    self.check(step, Act(reply), base.DEFERRED, True)

    def test_no_answer_to_the_dot_in_time(self):
        server = self.serve(at("dot", Act(delay=0.5, store=True), address(1)))
        results = self.send(server, mails(1), dot_timeout=0.1)
        self.assert_status(results, (1, base.UNKNOWN))

    def test_who_is_refused(self):
        """A refusal at RCPT speaks of the recipient, of the sender or of us."""
        for reply, status in (
            ("550 5.1.1 No such user", base.REFUSED),
            ("550 5.2.1 Mailbox disabled", base.REFUSED),
            ("552 5.2.2 Mailbox full", base.REFUSED),
            ("550 No such user here", base.REFUSED),
            ("554 5.7.1 Relay access denied", base.FAILED),
            ("530 5.7.0 Authentication required", base.FAILED),
            ("550 5.7.1 Sending quota used up", base.FAILED),
            ("553 5.1.8 Sender address has no DNS record", base.FAILED),
            ("503 Need MAIL first", base.FAILED),
        ):
            with self.subTest(reply):
                self.check("RCPT", Act(reply), status, False)

    def test_no_answer_to_a_command_in_time(self):
        server = self.serve(at("RCPT", Act(delay=0.5), address(1)))
        results = self.send(server, mails(2), width=1, timeout=0.1)
        self.assert_status(results, (1, base.DEFERRED), (2, base.ACCEPTED))

    def test_connection_without_a_timeout(self):
        server = self.serve()

        def connect():
            smtp = smtplib.SMTP("127.0.0.1", server.port, "test")
            smtp.ehlo()
            return smtp

        provider = SmtpProvider(connect)
        self.assert_status(provider.send(mails(1), Journal()), (1, base.ACCEPTED))
        provider.close()

    def test_after_the_answer(self):
        for pipelining in self.for_both():
            server = self.serve(at("idle", DROP), pipelining)
            results = self.send(server, mails(3), width=1)
            self.assertEqual(Counter(r.status for r in results), {base.ACCEPTED: 3})
            self.assertEqual(server.recipients(), [address(n) for n in (1, 2, 3)])


class TestNextEnvelope(SmtpCase):
    """The envelope that travels with the content before it."""

    def test_lost_with_the_answer_to_the_mail_before(self):
        """The server has seen only its envelope: it goes over another connection."""
        for reply in (None, "421 no more"):
            act = Act(reply, drop=True, silent=not reply, store=False)
            server = self.serve(at("dot", act, address(1)))
            results = self.send(server, mails(3), width=1)
            status = base.DEFERRED if reply else base.UNKNOWN
            self.assert_status(
                results, (1, status), (2, base.ACCEPTED), (3, base.ACCEPTED)
            )
            self.assertEqual(server.recipients(), [address(2), address(3)])

    def test_with_an_address_that_cannot_be_used(self):
        server = self.serve()
        batch = [mail(1), mail(2, recipients=("a b@x",)), mail(3), mail(4)]
        results = self.send(server, batch, width=1)
        statuses = (base.ACCEPTED, base.FAILED, base.ACCEPTED, base.ACCEPTED)
        self.assert_status(results, *enumerate(statuses, 1))
        self.assertEqual(server.connections, 1)

    def test_not_on_the_way_when_the_journal_says_no(self):
        server = self.serve()
        provider = self.provider(server, width=1)
        self.assert_status(provider.send(mails(3), Journal(end=2)), (1, base.ACCEPTED))
        again = provider.send([mail(2), mail(3)], Journal())
        self.assert_status(again, (2, base.ACCEPTED), (3, base.ACCEPTED))
        provider.close()
        self.assertEqual(server.recipients(), [address(n) for n in (1, 2, 3)])


class TestWrites(SmtpCase):
    """What the operating system took over of a mail decides what can be known."""

    CASES = (
        (len(CONTENT), base.DEFERRED),
        (len(CONTENT) + 2, base.DEFERRED),
        (len(CONTENT) + 3, base.UNKNOWN),
        (len(CONTENT) + 5, base.UNKNOWN),
    )

    def test_lost_while_writing(self):
        for taken, status in self.CASES:
            with self.subTest(taken):
                server = self.serve()
                provider = self.provider(server, width=1)
                provider.send(mails(1), Journal())
                [connection] = provider._connections
                connection._sock = _Torn(connection._sock, CONTENT, taken)
                results = provider.send([mail(2), mail(3)], Journal())
                self.assert_status(results, (2, status), (3, base.ACCEPTED))


class _Torn:
    """A socket that takes some bytes of the write that begins with ``content``."""

    def __init__(self, sock, content: bytes, taken: int):
        self._sock = sock
        self._content = content
        self._taken = taken

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def send(self, data) -> int:
        if self._taken is None:
            raise ConnectionResetError("torn")
        if not bytes(data).startswith(self._content):
            return self._sock.send(data)
        taken, self._taken = self._taken, None
        return self._sock.send(data[:taken])


class TestStaleConnections(SmtpCase):
    """A pooled connection that the server closed costs no mail an attempt."""

    def check(self, act, pipelining, width=2):
        server = self.serve(at("idle", act), pipelining)
        provider = self.provider(server, width=width)
        first = provider.send(mails(2), Journal())
        journal = Journal()
        second = provider.send([mail(ref) for ref in (3, 4, 5)], journal)
        provider.close()
        statuses = Counter(result.status for result in first + second)
        self.assertEqual(statuses, {base.ACCEPTED: 5})
        self.assertEqual(server.recipients(), [address(n) for n in range(1, 6)])
        return journal

    def test_replaced(self):
        for act in (DROP, Act("421 4.4.2 idle for too long", drop=True)):
            for pipelining in BOTH:
                for width in (1, 2):
                    with self.subTest(act=act, pipelining=pipelining, width=width):
                        self.check(act, pipelining, width)

    def test_journal_is_told_of_every_attempt(self):
        journal = self.check(DROP, False)
        refs = [sorted(refs) for _results, refs in journal.calls]
        # the servers of 3 and 4 are gone when 5 comes: it needs a third connection
        self.assertEqual(refs, [[3, 4], [3, 4], [5], [5], [5]])

    def test_too_many_mails_on_one_connection(self):
        served = Counter()

        def script(step, connection, _argument):
            served[connection] += step == "MAIL"
            full = step == "MAIL" and served[connection] > 2
            return Act("421 4.7.0 too many mails", drop=True) if full else None

        server = self.serve(script)
        results = self.send(server, mails(6), width=1)
        self.assertEqual(Counter(r.status for r in results), {base.ACCEPTED: 6})
        self.assertEqual(server.connections, 3)

    def test_new_connection_is_not_replaced_in_turn(self):
        server = self.serve(at("MAIL", DROP))
        results = self.send(server, mails(4), width=2)
        self.assertEqual(Counter(r.status for r in results), {base.DEFERRED: 4})
        self.assertEqual(server.connections, 4)

    def test_server_gone_while_idle(self):
        server = self.serve(at("idle", DROP))
        provider = self.provider(server, width=2)
        provider.send(mails(2), Journal())
        server.stop_listening()
        journal = Journal()
        with self.assertRaises(Unreachable):
            provider.send([mail(3), mail(4)], journal)
        self.assertEqual(journal.told(), [])


class TestConnecting(SmtpCase):
    def assert_fails(self, error, server, **options):
        journal = Journal()
        with self.assertRaises(error) as caught:
            self.provider(server, **options).send(mails(3), journal)
        self.assertEqual(journal.calls, [])
        self.assertEqual(server.stored, [])
        return str(caught.exception)

    def test_refused(self):
        server = self.serve()
        server.stop_listening()
        self.assertIn("cannot be reached", self.assert_fails(Unreachable, server))

    def test_before_and_instead_of_the_banner(self):
        for act in (DROP, Act("554 not you", drop=True), Act("421 later", drop=True)):
            with self.subTest(act=act):
                self.assert_fails(Unreachable, self.serve(at("banner", act)))

    def test_login_refused(self):
        server = self.serve(at("AUTH", Act("535 5.7.8 wrong password")))
        text = self.assert_fails(Misconfigured, server, login=True)
        self.assertIn("535 5.7.8 wrong password", text)

    def test_login_refused_for_now(self):
        server = self.serve(at("AUTH", Act("454 4.7.0 try again later")))
        self.assert_fails(Unreachable, server, login=True)

    def test_login_not_offered(self):
        server = self.serve(at("EHLO", Act("250 test.example")))
        self.assert_fails(Misconfigured, server, login=True)

    def test_fewer_connections_than_wanted(self):
        for refusal in (Act("421 one is enough", drop=True), DROP):

            def script(step, connection, _argument, refusal=refusal):
                return refusal if step == "banner" and connection > 1 else None

            server = self.serve(script)
            results = self.send(server, mails(6), width=3)
            self.assertEqual(Counter(r.status for r in results), {base.ACCEPTED: 6})
            self.assertEqual(server.connections, 2, "asked once, not for every mail")

    def test_log_in_refused_on_a_second_connection(self):
        server = self.serve(at("AUTH", Act("535 one session only"), connection=2))
        results = self.send(server, mails(4), width=2, login=True)
        self.assertEqual(Counter(r.status for r in results), {base.ACCEPTED: 4})

    def test_unreachable_after_the_first_mails_leaves_the_rest_untouched(self):
        def script(step, connection, _argument):
            return DROP if step == "idle" or connection > 1 else None

        server = self.serve(script)
        results = self.send(server, mails(4), width=1)
        self.assert_status(results, (1, base.ACCEPTED))
        self.assertEqual(server.recipients(), [address(1)])

    def test_mails_per_connection(self):
        server = self.serve()
        self.send(server, mails(7), width=1, mails_per_connection=3)
        self.assertEqual(server.connections, 3)
        per_connection = Counter(
            number for number, command in server.commands if command == "DATA"
        )
        self.assertEqual(sorted(per_connection.values()), [1, 3, 3])
        self.assertEqual(len(server.recipients()), 7)

    def test_tls_socket_of_urllib3(self):
        """It hides setsockopt and gettimeout behind an attribute."""
        server = self.serve()

        class Wrapped:
            def __init__(self, sock):
                self.socket = sock

            def __getattr__(self, name):
                if name in ("setsockopt", "gettimeout"):
                    raise AttributeError(name)
                return getattr(self.socket, name)

        def connect():
            smtp = smtplib.SMTP("127.0.0.1", server.port, "test", 2)
            smtp.ehlo()
            smtp.sock = Wrapped(smtp.sock)
            return smtp

        provider = SmtpProvider(connect)
        self.assert_status(provider.send(mails(1), Journal()), (1, base.ACCEPTED))
        provider.close()


class TestJournal(SmtpCase):
    def test_calls(self):
        journal = Journal()
        server = self.serve(at("RCPT", Act("550 no"), address(2)))
        results = self.provider(server, width=2).send(mails(5), journal)
        self.assertEqual([refs for _r, refs in journal.calls], [[1, 2], [3, 4], [5]])
        told = [told for told, _refs in journal.calls]
        self.assertEqual(told, [[], results[0:2], results[2:4]])

    def test_called_before_any_content(self):
        for pipelining in self.for_both():
            server = self.serve(pipelining=pipelining)
            seen = []

            def journal(_results, refs, server=server, seen=seen):
                time.sleep(0.02)
                seen.append((server.recipients(), list(refs)))
                return True

            self.provider(server, width=1).send(mails(3), journal)
            for position, (stored, refs) in enumerate(seen, 1):
                self.assertEqual(refs, [position])
                self.assertNotIn(address(position), stored)

    def test_no_stops_at_once(self):
        for pipelining in self.for_both():
            server = self.serve(pipelining=pipelining)
            provider = self.provider(server, width=2)
            results = provider.send(mails(6), Journal(end=2))
            self.assert_status(results, (1, base.ACCEPTED), (2, base.ACCEPTED))
            again = provider.send([mail(7)], Journal())
            self.assert_status(again, (7, base.ACCEPTED))
            provider.close()
            self.assertEqual(server.recipients(), [address(n) for n in (1, 2, 7)])

    def test_error_hands_nothing_over_and_leaves_clean_connections(self):
        for pipelining in self.for_both():
            server = self.serve(pipelining=pipelining)
            provider = self.provider(server, width=2)
            journal = Journal(end=2, error=KeyError("database"))
            with self.assertRaises(KeyError):
                provider.send(mails(6), journal)
            self.assertEqual(journal.told(), [1, 2])
            again = provider.send([mail(7), mail(8)], Journal())
            self.assert_status(again, (7, base.ACCEPTED), (8, base.ACCEPTED))
            provider.close()
            self.assertEqual(server.recipients(), [address(n) for n in (1, 2, 7, 8)])

    def test_unforeseen_error_does_not_hide_what_was_accepted(self):
        server = self.serve()
        provider = self.provider(server, width=2)
        journal = Journal()
        connect = provider._connect
        provider._mails_per_connection = 1  # so that it connects for every round
        provider._connect = lambda: connect() if server.connections < 4 else 1 / 0
        with self.assertRaises(ZeroDivisionError):
            provider.send(mails(6), journal)
        self.assertEqual(journal.told(), [1, 2, 3, 4])
        self.assertEqual(journal.calls[-1][1], [])
        self.assertEqual(server.recipients(), [address(n) for n in (1, 2, 3, 4)])

    def test_interrupted_while_waiting_for_the_answer(self):
        """As by Celery's soft time limit, which raises anywhere."""
        server = self.serve(at("dot", Act(delay=0.1)))
        provider = self.provider(server, width=2)
        provider.send(mails(2), Journal())
        second = provider._connections[1]
        journal = Journal()
        second.conclude = partial(self._interrupt, second)
        with self.assertRaises(KeyboardInterrupt):
            provider.send([mail(ref) for ref in (3, 4, 5, 6)], journal)
        self.assert_status(
            [result for results, _refs in journal.calls for result in results],
            (3, base.ACCEPTED),
            (4, base.UNKNOWN),
        )

    @staticmethod
    def _interrupt(_connection):
        raise KeyboardInterrupt

    def test_deadline(self):
        server = self.serve(at("dot", Act(delay=0.1)))
        provider = self.provider(server, width=1)
        journal = Journal()
        results = provider.send(mails(50), journal, time.monotonic() + 0.25)
        # one more than have begun to be handed over: its envelope is on its way
        self.assertIn(len(results), (3, 4))
        self.assertEqual(len(journal.calls), len(results))
        self.assertEqual(provider.send(mails(3), journal, time.monotonic() - 1), [])
        provider.close()
        self.assertEqual(len(server.stored), len(results))


class TestExactlyOnce(SmtpCase):
    """Whatever the server does, what is reported is what it has."""

    ACTS = (
        DROP,
        Act("421 no", drop=True),
        Act("421 no"),
        Act("451 no"),
        Act("550 no"),
        Act("550 no", drop=True),
        Act("2", drop=True),
    )
    STEPS = ("banner", "MAIL", "RCPT", "DATA", "content", "dot", "idle", "RSET")

    def script(self, seed, step, connection, argument):
        chance = random.Random(f"{seed} {step} {connection} {argument}")
        if step not in self.STEPS or chance.random() > 0.08:
            return None
        if step in ("content", "idle"):
            return chance.choice((DROP, Act("421 time is up", drop=True)))
        act = chance.choice(self.ACTS)
        if step == "dot" and (act == DROP or act.reply == "2"):
            return Act(act.reply, True, act.silent, store=chance.random() < 0.5)
        return act

    def test_random_servers(self):
        seen = Counter()
        for seed in range(150):
            server = self.serve(partial(self.script, seed), pipelining=bool(seed % 3))
            batch = mails(20)
            with self.subTest(seed=seed):
                journal = Journal(end=seed % 12)
                provider = self.provider(server, width=1 + seed % 4)
                results = self.run_batch(provider, batch, journal)
                provider.close()
                server.__exit__()
                self.check(results, journal, Counter(server.recipients()))
            seen.update(result.status for result in results)
        for status in (base.ACCEPTED, base.DEFERRED, base.REFUSED, base.FAILED):
            self.assertGreater(seen[status], 20, status)
        self.assertGreater(seen[base.UNKNOWN], 10)

    def run_batch(self, provider, batch, journal):
        try:
            return provider.send(batch, journal)
        except Unreachable:
            return []

    def check(self, results, journal, stored):
        refs = [result.ref for result in results]
        self.assertEqual(len(refs), len(set(refs)), "one result a mail")
        told = journal.told()
        self.assertEqual(told, refs[: len(told)])
        handed = {ref for _results, refs in journal.calls for ref in refs}
        self.assertLessEqual(set(refs), handed)
        statuses = {address(result.ref): result.status for result in results}
        for ref in range(1, 21):
            count, status = stored[address(ref)], statuses.get(address(ref))
            if status == base.ACCEPTED:
                self.assertEqual(count, 1, ref)
            elif status == base.UNKNOWN:
                self.assertLessEqual(count, 1, ref)
            else:
                self.assertEqual(count, 0, (ref, status))
