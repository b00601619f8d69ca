"""A real SMTP server for tests.

Prints one line of JSON when it listens, `{"port": 2525}`, and one for each mail that it took. Ends when its
standard input does, so that it cannot outlive the test.
"""

import argparse
import asyncio
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def emit(value):
    print(json.dumps(value), flush=True)


class Handler:
    def __init__(self, replies):
        self.replies = replies

    def scripted(self, step):
        """The next reply of the script, if it is for this step."""
        if self.replies and self.replies[0][0] == step:
            return self.replies.pop(0)[1]
        return None

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.scripted("RCPT")
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = self.scripted("DATA")
        if reply:
            return reply
        emit(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "data": envelope.content.decode(),
                "tls": session.ssl is not None or isinstance(server.transport.get_extra_info("ssl_object"), ssl.SSLObject),
                "authenticated": bool(session.authenticated),
            }
        )
        return "250 OK"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--reply", action="append", default=[], metavar="STEP:REPLY")
    parser.add_argument("--login", metavar="USER:PASSWORD")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--tls", choices=["implicit", "starttls"])
    return parser.parse_args()


def authenticator(login):
    expected = tuple(part.encode() for part in login.split(":", 1))

    def check(server, session, envelope, mechanism, data):
        # Unhandled, so that the server answers 535 by itself.
        return AuthResult(success=(data.login, data.password) == expected, handled=False)

    return check


async def main():
    given = arguments()
    handler = Handler([tuple(reply.split(":", 1)) for reply in given.reply])
    context = None
    if given.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.certificate, given.key)
    options = {"auth_require_tls": False, "hostname": "mail.example.test"}
    if given.login:
        options |= {"authenticator": authenticator(given.login), "auth_required": True}
    if given.tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **options),
        host="127.0.0.1",
        port=given.port,
        ssl=context if given.tls == "implicit" else None,
    )
    emit({"port": server.sockets[0].getsockname()[1]})
    await asyncio.to_thread(sys.stdin.read)


# Broken conversations are what the tests are about.
logging.disable(logging.CRITICAL)
asyncio.run(main())
