# SPDX-License-Identifier: BSD-2-Clause
"""One gatepost-auth for many configurations, and many requests to it at a time."""

import collections
import dataclasses
import json
import time

import auth
import filter as filter_module
import render

WINDOW = 12             # logins that are under way on one connection
MOST_UNFINISHED = 3     # of them, those whose client has more to say
MOST_CONNECTIONS = 16   # of the saslauthd protocol at a time
LOG_TIMEOUT = 2        # seconds until the log has all that was answered


@dataclasses.dataclass
class Answer:
    """OK, FAIL, "closed" or "silent" of a login, and the user= given; the text of a look-up,
    "fault" where the map does not tell."""
    answer: str
    user: object = None


class Daemon:
    """Runs until it is closed; each configuration is a reload."""

    def __init__(self):
        self.auth = auth.Auth(start=False, auth_workers="2")
        self.directory = self.auth.folder
        self.path = self.auth.config
        self.generation = 0
        self.streams = []
        self.map_stream = None
        self.begun = None
        self.log_read = 0
        self.log_rest = b""
        self.entries = collections.defaultdict(list)
        self.totals = collections.Counter()

    def fixed_lines(self):
        options = {key: value for key, value in self.auth.settings.items()
                   if key != "ou_directory"}
        options["auth_workers"] = int(options["auth_workers"])
        lines = [plain_setting(*item) for item in options.items()]
        log = " ".join(plain_setting(*item) for item in self.auth.log_options.items())
        return lines + [f"log {{ {log} }}"]

    def load(self, config, rng):
        """Why the configuration was not taken, "" if it was."""
        render.write(config, self.path, rng, self.fixed_lines())
        if not self.auth.alive:
            self.auth.start()
            self.generation = 1
            return ""
        answer = self.auth.reload()
        if not answer.get("ok"):
            return json.dumps(answer, ensure_ascii=False)
        self.generation = answer["generation"]
        return ""

    def close(self):
        self.disconnect()
        self.auth.close()

    def disconnect(self):
        for stream in self.streams + [self.map_stream] * bool(self.map_stream):
            stream.close()
        self.streams, self.map_stream = [], None

    # Requests

    def begin(self, requests):
        """Begins the first of those logins that take more than one message, to be ended
        when the next configuration is in force; none that may end the connection."""
        chosen = [number for number, request in enumerate(requests)
                  if request.protocol == "dovecot" and request.takes_more
                  and request.service][:MOST_UNFINISHED]
        if not self.auth.alive or len(chosen) < MOST_UNFINISHED:
            return
        stream = auth.Dovecot(self.auth.auth_socket)
        self.begun = Pipeline(stream, requests, chosen, {})
        while self.begun.unsent:
            self.begun.begin(self.begun.unsent.popleft())
        self.begun.take_challenges()

    def end_begun(self, answers):
        """The numbers of those that were begun."""
        if not self.begun:
            return []
        begun, self.begun = self.begun, None
        numbers = [number for number, _ in begun.running.values()]
        begun.answers = answers
        begun.finish()
        begun.stream.close()
        return numbers

    def ask(self, requests, alone):
        """An Answer for each. `alone` are the numbers of those that have a connection of
        their own, since they are expected to end it."""
        answers = [None] * len(requests)
        numbers = collections.defaultdict(list)
        begun = self.end_begun(answers)
        for number, request in enumerate(requests):
            kind = "alone" if number in alone and request.protocol == "dovecot" \
                else request.protocol
            numbers["begun" if number in begun else kind].append(number)
        for number in numbers["alone"]:
            with auth.Dovecot(self.auth.auth_socket) as stream:
                Pipeline(stream, requests, [number], answers).run()
        self.ask_dovecot(requests, numbers["dovecot"], answers)
        for begin in range(0, len(numbers["saslauthd"]), MOST_CONNECTIONS):
            self.ask_saslauthd(requests, numbers["saslauthd"][begin:][:MOST_CONNECTIONS], answers)
        self.ask_map(requests, numbers["map"], answers)
        return answers

    def ask_dovecot(self, requests, numbers, answers):
        """Shares them out to two connections, which outlive a reload."""
        while len(self.streams) < 2:
            self.streams.append(auth.Dovecot(self.auth.auth_socket))
        for index, stream in enumerate(list(self.streams)):
            share = numbers[index::2]
            while share:
                if Pipeline(stream, requests, share, answers).run():
                    break
                stream.close()
                stream = self.streams[index] = auth.Dovecot(self.auth.auth_socket)
                share = [number for number in share if answers[number] is None]

    def ask_saslauthd(self, requests, numbers, answers):
        streams = []
        for number in numbers:
            request = requests[number]
            stream = auth.Stream(self.auth.saslauthd_socket)
            stream.send(b"".join(map(auth.saslauthd_field, (
                request.name, request.password, request.service, request.realm))))
            streams.append(stream)
        for number, stream in zip(numbers, streams):
            try:
                said = auth.read_saslauthd(stream)
            except auth.TimedOut:
                said = "silent"
            answers[number] = Answer({"NO": "FAIL", None: "closed"}.get(said, said))
            stream.close()

    def ask_map(self, requests, numbers, answers):
        self.map_stream = self.map_stream or auth.SocketMap(self.auth.map_socket)
        for begin in range(0, len(numbers), WINDOW):
            group = numbers[begin:begin + WINDOW]
            for number in group:
                request = requests[number]
                self.map_stream.send_request(f"ehlo.{request.service} {request.client}")
            for number in group:
                try:
                    said = self.map_stream.read_reply()
                except auth.TimedOut:
                    said = "silent"
                is_fault = (said or "").startswith(("TEMP ", "PERM "))
                answers[number] = Answer("fault" if is_fault else said)

    # The log

    def logged(self, count):
        """The login lines of the current configuration, once there are so many."""
        deadline = time.monotonic() + LOG_TIMEOUT
        while True:
            self.read_log()
            entries = self.entries[self.generation]
            if len(entries) >= count or time.monotonic() > deadline:
                return entries
            time.sleep(0.002)

    def read_log(self):
        with open(self.auth.logfile, "rb") as file:
            file.seek(self.log_read)
            data = file.read()
        self.log_read += len(data)
        *lines, self.log_rest = (self.log_rest + data).split(b"\n")
        for line in lines:
            if b'"event":"login"' in line:
                entry = json.loads(line)
                self.entries[entry["generation"]].append(entry)
                for key in ("verdict", "rule", "would"):
                    self.totals[key, entry[key]] += 1

    def miscounted(self):
        """What `status` has counted otherwise than there are lines in the log."""
        self.read_log()
        status = self.auth.status()
        counted = {(key, name): number
                   for key, section in (("verdict", "verdicts"), ("rule", "rules"),
                                        ("would", "would"))
                   for name, number in status.get(section, {}).items()}
        logged = {what: number for what, number in self.totals.items() if what[1]}
        return {what: (counted.get(what, 0), logged.get(what, 0))
                for what in counted.keys() | logged.keys()
                if counted.get(what, 0) != logged.get(what, 0)}


def plain_setting(name, value):
    return filter_module.setting(name, value).strip() if not isinstance(value, int) \
        else f"{name} = {value}"


class Pipeline:
    """Logins on one connection of Dovecot's protocol, several at a time."""

    def __init__(self, stream, requests, numbers, answers):
        self.stream = stream
        self.requests = requests
        self.unsent = collections.deque(numbers)
        self.answers = answers
        self.running = {}       # id: number, and the messages to come

    def run(self):
        """False if the connection was ended meanwhile."""
        try:
            while self.unsent or self.running:
                while self.unsent and self.has_room():
                    self.begin(self.unsent.popleft())
                self.take(auth.Reply(self.stream.line()))
        except (auth.Closed, auth.TimedOut) as error:
            word = "closed" if isinstance(error, auth.Closed) else "silent"
            for number, _ in self.running.values():
                self.answers[number] = Answer(word)
            return False
        return True

    def take_challenges(self):
        """Waits until each of those that run is asked for its first message."""
        for _ in self.running:
            reply = auth.Reply(self.stream.line())
            if reply.word != "CONT":
                raise RuntimeError(f"{reply} to a login that was begun")

    def finish(self):
        """Sends what remains, one login after the other."""
        for identity, (number, messages) in list(self.running.items()):
            try:
                self.stream.send(f"CONT\t{identity}\t{messages.pop(0)}\n")
                while identity in self.running:
                    self.take(auth.Reply(self.stream.line()))
            except (auth.Closed, auth.TimedOut) as error:
                self.answers[number] = Answer(
                    "closed" if isinstance(error, auth.Closed) else "silent")

    def has_room(self):
        unfinished = sum(bool(messages) for _, messages in self.running.values())
        return len(self.running) < WINDOW and unfinished < MOST_UNFINISHED

    def begin(self, number):
        request = self.requests[number]
        if request.mechanism == "PLAIN":
            messages = [auth.plain(request.name, request.password, request.authzid)]
        else:
            messages = [auth.encode(request.name), auth.encode(request.password)]
        first = messages.pop(0) if request.initial else None
        identity = self.stream.next_id()
        self.running[str(identity)] = number, messages
        self.stream.send_auth(request.mechanism, first, client=request.client,
                              service=request.service, secured=request.secured,
                              identity=identity)

    def take(self, reply):
        number, messages = self.running[reply.id]
        if reply.word == "CONT" and messages:
            self.stream.send(f"CONT\t{reply.id}\t{messages.pop(0)}\n")
            return
        del self.running[reply.id]
        self.answers[number] = Answer(reply.word, reply.user)
