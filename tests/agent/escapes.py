"""Attempts to get out of the boundary, as a shell command or a Python program.

Each says ESCAPED if it succeeded. `control` marks those that succeed without a boundary, which
shows that they could; the others are not tried outside of one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Escape:
    name: str
    command: str
    control: bool = False


def _python(name: str, program: str, *, control: bool = False) -> Escape:
    text = f"import ctypes, os, socket\nlibc = ctypes.CDLL(None, use_errno=True)\n{program}\nprint('ESCAPED')"
    return Escape(name, f"python3 - <<'END'\n{text}\nEND", control=control)


def _shell(name: str, command: str, *, control: bool = False) -> Escape:
    return Escape(name, f"{command} && echo ESCAPED", control=control)


def _sends(name: str, family: str, kind: str, address: str, protocol: int = 0) -> Escape:
    return _python(
        name,
        f"s = socket.socket(socket.{family}, socket.{kind}, {protocol})\ns.settimeout(2)\n"
        f"s.sendto(b'x', {address}) if {kind!r} != 'SOCK_STREAM' else s.connect({address})",
    )


# 192.0.2.0/24 and 2001:db8::/32 are kept for documentation: nobody is there.
EGRESS = (
    _sends("TCP", "AF_INET", "SOCK_STREAM", "('192.0.2.1', 80)"),
    _sends("TCP over IPv6", "AF_INET6", "SOCK_STREAM", "('2001:db8::1', 80)"),
    _sends("UDP", "AF_INET", "SOCK_DGRAM", "('192.0.2.1', 53)"),
    _sends("UDP over IPv6", "AF_INET6", "SOCK_DGRAM", "('2001:db8::1', 53)"),
    _sends("broadcast", "AF_INET", "SOCK_DGRAM", "('255.255.255.255', 9)"),
    _sends("multicast", "AF_INET", "SOCK_DGRAM", "('224.0.0.1', 9)"),
    _sends("raw ICMP", "AF_INET", "SOCK_RAW", "('192.0.2.1', 0)", 1),
    _sends("ping", "AF_INET", "SOCK_DGRAM", "('192.0.2.1', 0)", 1),
    _sends("SCTP", "AF_INET", "SOCK_STREAM", "('192.0.2.1', 80)", 132),
    _python("vsock", "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)"),
    _python("packets", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"),
    _python("crypto sockets", "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)"),
    _python("names", "socket.getaddrinfo('example.com', 80)"),
    _shell("bash's own", "exec 3<>/dev/tcp/192.0.2.1/80"),
    _shell("curl", "curl --silent --max-time 2 http://192.0.2.1/"),
    _python(
        "a new interface",
        "import struct\n"
        "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n"
        "kind = struct.pack('HH', 9, 1) + b'dummy' + b'\\0' * 3\n"
        "info = struct.pack('HH', 4 + len(kind), 18) + kind\n"
        "body = struct.pack('BBHiII', 0, 0, 0, 0, 0, 0) + info\n"
        "s.send(struct.pack('IHHII', 16 + len(body), 16, 0x605, 1, 0) + body)\n"
        "assert struct.unpack('i', s.recv(4096)[16:20])[0] == 0",
    ),
    _python("io_uring", "assert libc.syscall(425, 8, ctypes.create_string_buffer(256)) >= 0"),
)  # fmt: skip

# {port}, {socket}, {secret}, {outside}, {process} are the test's own, on the host.
SOCKETS = (
    _shell("a port of the host", "exec 3<>/dev/tcp/127.0.0.1/{port}", control=True),
    _python(
        "a socket of the host",
        "s = socket.socket(socket.AF_UNIX)\ns.connect('{socket}')",
        control=True,
    ),
    _python(
        "an abstract socket",
        "s = socket.socket(socket.AF_UNIX)\ns.connect('\\0{socket}')",
        control=True,
    ),
    _shell("through process 1", "cat /proc/1/root{secret} 2>/dev/null | grep -q SECRET"),
    _shell("docker", "test -S /run/docker.sock -o -S /var/run/docker.sock"),
)

MOUNTS = (
    _python("remounting /usr", "assert libc.mount(b'none', b'/usr', None, 4096 | 32, None) == 0"),
    _python("remounting /", "assert libc.mount(b'none', b'/', None, 4096 | 32, None) == 0"),
    _python("a file system", "assert libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0"),
    _python("binding", "assert libc.mount(b'/', b'/tmp', None, 4096, None) == 0"),
    _python("unmounting", "assert libc.umount2(os.getcwd().encode() + b'/.git', 2) == 0"),
    _python("open_tree", "assert libc.syscall(428, -100, b'/', 1) >= 0"),
    _python("pivot_root", "assert libc.syscall(155, b'/tmp', b'/tmp') == 0"),
    _python("chroot", "os.chroot('/tmp')"),
    _shell("mount(8)", "mount -o remount,rw /usr"),
)

NAMESPACES = (
    _shell("a user namespace", "unshare --user true"),
    _shell("as its root", "unshare --user --map-root-user true"),
    _shell("a network", "unshare --net true"),
    _shell("a sandbox in the sandbox", "bwrap --unshare-user --ro-bind / / true"),
    _shell("entering process 1", "nsenter --target 1 --net --mount true"),
    _python("clone", "pid = libc.syscall(56, 0x10000000 | 17, None, None, None, None)\n"
            "os._exit(0) if pid == 0 else None\nassert pid > 0"),
    _python("setns", "f = os.open('/proc/1/ns/net', 0)\nassert libc.setns(f, 0) == 0"),
)  # fmt: skip

PRIVILEGES = (
    _python("root", "os.setuid(0)"),
    _shell("su", "su -c true root </dev/null"),
    _python("a set-uid program", "import shutil\nshutil.copy('/usr/bin/id', '/tmp/id')\n"
            "os.chown('/tmp/id', 0, 0)"),
    _python("a device", "os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0))"),
    _python("tracing process 1", "assert libc.ptrace(16, 1, None, None) == 0"),
    _python("key rings", "assert libc.syscall(250, 0, -3, 0) > 0"),
    _python("BPF", "assert libc.syscall(321, 0, ctypes.create_string_buffer(128), 128) >= 0"),
    # Where they succeed, these two have changed nothing.
    _shell("the kernel's settings", "s=/proc/sys/kernel/core_pattern; v=$(cat $s); printf '%s' \"$v\" >$s"),
    _shell("the kernel's triggers", "test -w /proc/sysrq-trigger"),
    _shell("anything of the kernel's", "find /proc -maxdepth 4 \\( -path '/proc/[0-9]*' -o -path /proc/self "
           "-o -path /proc/thread-self \\) -prune -o -writable -type f -print 2>/dev/null | grep -q ."),
    _shell("/sys", "ls /sys/kernel"),
    _shell("a process of the host", "kill -0 {process}", control=True),
    _shell("the caller's environment", "cat /proc/*/environ | grep -q BACKWRIGHT_TEST_SECRET"),
)  # fmt: skip

FILES = (
    _shell("a file of the host", "grep -q SECRET {secret}", control=True),
    _shell("a new file outside", "echo x >{outside}/new", control=True),
    _shell("the system", "touch /usr/bin/new && rm /usr/bin/new"),
    _shell("the settings of the system", "touch /etc/new && rm /etc/new"),
    _shell("the root", "touch /new && rm /new"),
    _shell("a hard link", "ln {secret} stolen", control=True),
    _shell("a link to read", "ln -sfn {secret} l && grep -q SECRET l", control=True),
    _shell("a link to write", "ln -sfn {outside} d && echo x >d/linked", control=True),
    _shell("hooks", "echo x >.git/hooks/pre-commit", control=True),
    _shell("hooks elsewhere", "git config core.hooksPath /tmp", control=True),
    _shell("moving .git away", "mv .git aside && mv aside .git", control=True),
    _shell(
        "a .git in its place", "rm -rf .git && mkdir -p .git/hooks && echo x >.git/hooks/post-merge"
    ),
    _shell("a module's hooks", "echo x >module/.git", control=True),
    _shell("the definition", "echo x >.agents/backend-developer.md", control=True),
    _shell("moving the definition", "mv .agents gone && mv gone .agents", control=True),
    _shell("the journal", "echo x >.backwright/journal.json"),
    _shell("husky", "echo x >.husky/pre-commit", control=True),
)

ESCAPES = (*EGRESS, *SOCKETS, *MOUNTS, *NAMESPACES, *PRIVILEGES, *FILES)

# Statements of PostgreSQL's superuser; what they leave on the host is looked at.
STATEMENTS = (
    "CREATE TABLE got (line text); COPY got FROM PROGRAM 'cat {secret}'",
    "COPY (SELECT 'x') TO PROGRAM 'cat >{outside}/copied'",
    "COPY (SELECT 'x') TO '{outside}/copied'",
    "SELECT pg_read_file('{secret}')",
    "SELECT lo_export(lo_from_bytea(0, 'x'), '{outside}/exported')",
)
