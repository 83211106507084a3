#!/usr/bin/env python3
"""Clones and pushes a second: fakegitserver against git http-backend behind nginx and fcgiwrap, in one run.

  bench/gitserver.py PROGRAM [--rounds=N] [--seconds=S] [--rows=RE]

Needs nginx and fcgiwrap (Debian packages). Prints a Markdown table. Each row is measured in rounds that alternate between the two; what is shown is
the median of the rounds. --rows chooses rows by a regular expression; 50 clones of 100 MB at once take minutes a round.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from table import header, median, row

ENV = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
       "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}

NGINX = """
daemon off; worker_processes auto; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_max_body_size 0; client_body_temp_path {dir}/body; fastcgi_temp_path {dir}/fastcgi;
  proxy_temp_path {dir}/proxy; uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/repo(/.*)$ {{
      fastcgi_pass unix:{dir}/fcgi.sock;
      fastcgi_param SCRIPT_FILENAME {backend};
      fastcgi_param GIT_PROJECT_ROOT {repositories};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO $1;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_USER bench;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
      fastcgi_buffering off; fastcgi_request_buffering off;
      fastcgi_read_timeout 1h; fastcgi_send_timeout 1h; send_timeout 1h;
    }}
  }}
}}
"""


def git(*args, cwd=None):
    end = subprocess.run(["git", "-c", "gc.auto=0", *args], cwd=cwd, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if end.returncode:
        sys.exit(f"git {' '.join(args)}: {end.stderr}")


def wait_for(condition, what):
    end = time.time() + 20
    while not condition():
        if time.time() > end:
            sys.exit("not ready: " + what)
        time.sleep(0.02)


class Ours:
    name = "fakegitserver"

    def __init__(self, program, dir):
        self.repositories = os.path.join(dir, "ours")
        self.process = subprocess.Popen([program, "-port=0", "-address=127.0.0.1", "-git-repos-parent-dir=" + self.repositories],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1] + "/repo/"

    def close(self):
        self.process.terminate()
        self.process.wait()


class Peer:
    name = "nginx + fcgiwrap"

    def __init__(self, dir, workers):
        self.repositories, self.dir, port = os.path.join(dir, "peer"), os.path.join(dir, "nginx"), 18080
        os.makedirs(self.repositories)
        os.makedirs(self.dir)
        backend = os.path.join(subprocess.check_output(["git", "--exec-path"], text=True).strip(), "git-http-backend")
        socket = os.path.join(self.dir, "fcgi.sock")
        self.wrap = subprocess.Popen(["fcgiwrap", "-c", str(workers), "-s", "unix:" + socket], stderr=subprocess.DEVNULL, env=ENV, start_new_session=True)
        wait_for(lambda: os.path.exists(socket), "fcgiwrap")
        os.chmod(socket, 0o777)
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w") as out:
            out.write(("user root;" if os.getuid() == 0 else "") + NGINX.format(dir=self.dir, port=port, backend=backend, repositories=self.repositories))
        self.nginx = subprocess.Popen(["nginx", "-c", conf], stderr=subprocess.DEVNULL, start_new_session=True)
        self.url = f"http://127.0.0.1:{port}/repo/"

        def answers():
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
            except urllib.error.HTTPError:
                pass
            except OSError:
                return False
            return True

        wait_for(answers, "nginx")

    def close(self):
        for process in (self.nginx, self.wrap):
            os.killpg(process.pid, signal.SIGKILL)  # fcgiwrap's workers do not end with it
            process.wait()


def make_sources(dir):
    sources = {}
    for name, size in (("small", 0), ("100 MB", 100)):
        work = os.path.join(dir, "source-" + name.replace(" ", ""))
        git("init", "-q", "-b", "master", work)
        for i in range(10):
            with open(os.path.join(work, f"file{i}"), "wb") as out:
                out.write(os.urandom(size * 1024 * 1024 // 10) or b"hello\n")
        git("add", ".", cwd=work)
        git("commit", "-q", "-m", "first", cwd=work)
        sources[name] = work
    return sources


def install(server, name, source):
    bare = os.path.join(server.repositories, name)
    git("clone", "-q", "--bare", source, bare)
    for key, value in (("http.receivepack", "true"), ("uploadpack.allowAnySHA1InWant", "true")):
        git("config", key, value, cwd=bare)


class Work:
    """One operation after the other by `clients` at once, for some seconds; each in folders of its own."""

    def __init__(self, server, kind, source, dir, repository):
        self.server, self.kind, self.source, self.dir, self.repository = server, kind, source, dir, repository
        self.counter = 0

    def one(self, client, number):
        url = self.server.url + self.repository
        if self.kind == "clone":
            target = os.path.join(self.dir, f"clone-{client}")
            git("clone", "-q", "--bare", url, target)
            shutil.rmtree(target)
        else:
            # Each pushes a commit that the server has not, to a branch of its own.
            git("push", "-q", url, f"HEAD:refs/heads/b{client}-{number}", cwd=self.pushers[client])

    def prepare(self, clients):
        if self.kind != "push":
            return
        self.pushers = []
        for client in range(clients):
            work = tempfile.mkdtemp(dir=self.dir)
            git("clone", "-q", "--shared", self.source, work)
            self.pushers.append(work)

    def fresh_commit(self, client, size):
        work = self.pushers[client]
        with open(os.path.join(work, "new"), "wb") as out:
            out.write(os.urandom(size))
        git("add", "new", cwd=work)
        git("commit", "-q", "-m", "new", cwd=work)


def measure(work, clients, seconds, push_size):
    begin = time.monotonic()
    spent = [0.0] * clients

    def client_loop(client):
        done = 0
        while time.monotonic() - begin < seconds or done == 0:
            if work.kind == "push":
                before = time.monotonic()
                work.fresh_commit(client, push_size)
                spent[client] += time.monotonic() - before
            work.counter += 1
            work.one(client, work.counter * 1000 + client)
            done += 1
        return done

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(client_loop, range(clients)))
    return done / (time.monotonic() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rows", default="")
    options = parser.parse_args()
    for tool in ("nginx", "fcgiwrap", "git"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install nginx fcgiwrap git")
    with tempfile.TemporaryDirectory() as dir:
        sources = make_sources(dir)
        servers = [Ours(os.path.abspath(options.program), dir), Peer(dir, 64)]
        try:
            header()
            for kind in ("clone", "push"):
                for size, source in sources.items():
                    for clients in (1, 50):
                        what = f"{kind}, {size}, {clients} at once"
                        if not re.search(options.rows, what):
                            continue
                        push_size = 1 << 10 if size == "small" else 1 << 20
                        repository = f"{kind}-{size.replace(' ', '')}-{clients}"
                        works = []
                        for server in servers:
                            install(server, repository, source)
                            folder = tempfile.mkdtemp(dir=dir)
                            works.append(Work(server, kind, source, folder, repository))
                            works[-1].prepare(clients)
                        rates = [[], []]
                        for round in range(options.rounds):
                            for i in (0, 1) if round % 2 == 0 else (1, 0):
                                rates[i].append(measure(works[i], clients, options.seconds, push_size))
                        ours, peer = median(rates[0]), median(rates[1])
                        row(what, ours, (servers[1].name, peer), "a second", "at least 1", ours >= peer, digits=2)
        finally:
            for server in servers:
                server.close()


if __name__ == "__main__":
    main()
