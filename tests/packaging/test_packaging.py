"""The Debian package: what is in it, that it installs, runs and goes again; the unit; the Containerfile."""

import configparser
import os
import re
import shutil
import subprocess

import pytest
from conftest import ROOT, run_varve

BUILD = ROOT / "build/release"
UNIT = ROOT / "packaging/varve.service"


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                          **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    if not (BUILD / "CPackConfig.cmake").exists():
        pytest.skip("there is no release build to make a package of")
    folder = tmp_path_factory.mktemp("package")
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder)
    (made,) = folder.glob("*.deb")
    return made


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    run("dpkg-deb", "-x", package, folder)
    return folder


def test_control(package):
    version = run_varve("--version").stdout.split()[1]
    architecture = run("dpkg", "--print-architecture").strip()
    assert package.name == f"varve_{version}-1_{architecture}.deb"
    fields = dict(re.findall(r"^ ?(\w[\w-]*): (.+)$", run("dpkg-deb", "-I", package), re.M))
    assert fields["Package"] == "varve" and fields["Section"] == "utils"
    depends = {entry.split()[0] for entry in fields["Depends"].split(", ")}
    assert {"libc6", "libsqlite3-0", "libzstd1", "libsnappy1v5", "libcurl4"} <= depends
    assert not {"libssl3", "libcpp-httplib0.11", "libldap-2.5-0"} & depends, "they cost each start"
    assert "/etc/varve/varve.toml" in run("dpkg-deb", "-I", package, "conffiles")


def test_contents(package, unpacked):
    listed = run("dpkg-deb", "-c", package)
    assert {line.split()[1] for line in listed.splitlines()} == {"root/root"}
    modes = {line.split()[5].lstrip("."): line.split()[0] for line in listed.splitlines()}
    assert modes["/usr/bin/varve"] == "-rwxr-xr-x"
    assert modes["/etc/varve/varve.toml"] == "-rw-r--r--"
    for place in ("usr/share/man/man1/varve.1.gz", "usr/share/doc/varve/copyright",
                  "usr/share/doc/varve/changelog.gz", "usr/share/doc/varve/operating.md",
                  "usr/share/bash-completion/completions/varve", "usr/share/zsh/site-functions/_varve",
                  "usr/share/fish/vendor_completions.d/varve.fish", "usr/lib/systemd/system/varve.service",
                  "usr/lib/sysusers.d/varve.conf", "usr/share/varve/prometheus/alerts.yml",
                  "usr/share/varve/grafana/varve.json"):
        assert (unpacked / place).is_file(), place
    # Nothing of the machine it was built on, no symbols, no test.
    names = [str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()]
    assert all(name.startswith(("usr/", "etc/varve/")) and "test" not in name for name in names)
    assert "not stripped" not in run("file", unpacked / "usr/bin/varve") if shutil.which("file") else 1
    assert str(ROOT).encode() not in (unpacked / "usr/bin/varve").read_bytes()


def test_the_packaged_binary_runs_its_configuration(unpacked, tmp_path):
    binary = unpacked / "usr/bin/varve"
    config = (unpacked / "etc/varve/varve.toml").read_text()
    told = run(binary, "run", "--config", unpacked / "etc/varve/varve.toml", "--check")
    assert 'state = "/var/lib/varve/state"' in told and 'input = "/var/lib/varve/in"' in told
    mine = tmp_path / "varve.toml"
    mine.write_text(config.replace("/var/lib/varve", str(tmp_path)))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/2025-01-17.ndjson").write_text('{"a":1}\n{"a":2}\n')
    run(binary, "run", "--config", mine, "--once", "--listen", "none")
    assert len(list((tmp_path / "out").glob("year=2025/month=01/day=17/*.parquet"))) == 1
    assert (tmp_path / "state/varve.db").exists()


def test_install_remove_purge(package, tmp_path):
    """dpkg itself, on a root of its own; its scripts know that it is not the running system."""
    if os.geteuid() != 0:
        pytest.skip("dpkg wants to be root")
    admin = tmp_path / "var/lib/dpkg"
    for name in ("info", "updates"):
        (admin / name).mkdir(parents=True)
    (admin / "status").touch()
    dpkg = ["dpkg", f"--root={tmp_path}", "--force-script-chrootless", "--force-depends",
            "--log=/dev/null"]
    run(*dpkg, "-i", package)
    status = run("dpkg-query", f"--admindir={admin}", "-W", "-f", "${Status}", "varve")
    assert status == "install ok installed"
    assert run(tmp_path / "usr/bin/varve", "--version").startswith("varve ")
    config = tmp_path / "etc/varve/varve.toml"
    config.write_text(config.read_text() + "# mine\n")
    run(*dpkg, "--force-confold", "-i", package)
    assert config.read_text().endswith("# mine\n")
    run(*dpkg, "-r", "varve")
    assert not (tmp_path / "usr/bin/varve").exists() and config.exists()
    run(*dpkg, "-P", "varve")
    assert not config.exists()


def test_maintainer_scripts():
    for name in ("postinst", "prerm", "postrm"):
        script = ROOT / "packaging" / name
        assert os.access(script, os.X_OK)
        run("sh", "-n", script)
        assert "set -e" in script.read_text()


def unit():
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str
    parser.read_string(UNIT.read_text())
    return parser["Service"]


def test_the_unit_is_hardened():
    service = unit()
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces",
                 "MemoryDenyWriteExecute", "LockPersonality", "RestrictSUIDSGID"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict" and service["StateDirectory"] == "varve"
    assert service["User"] == "varve" and service["CapabilityBoundingSet"] == ""
    assert service["ExecStart"].startswith("/usr/bin/varve run --config /etc/varve/varve.toml")
    # It must be given the time that a polite stop may take.
    assert int(service["TimeoutStopSec"]) > 20


def test_systemd_accepts_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    here = tmp_path / "varve.service"  # verify wants the program and the manual page to be there
    text = UNIT.read_text().replace("/usr/bin/varve", "/bin/true").replace("man:varve(1) ", "")
    here.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0 and "varve.service" not in done.stderr, done.stderr
    report = run("systemd-analyze", "security", "--offline=yes", "--no-pager", here)
    exposure = float(re.search(r"Overall exposure level for varve.service: ([\d.]+)", report)[1])
    assert exposure <= 2.0


def test_the_containerfile_names_what_is_there():
    """No container engine is needed: files, commands and flags it uses exist."""
    text = (ROOT / "Containerfile").read_text()
    for line in re.findall(r"^COPY ((?:[\w./-]+ )+)[\w./-]+$", text, re.M):
        for source in line.split():
            assert (ROOT / source).exists(), source
    assert text.count("FROM ") == 2 and "USER 10001" in text
    assert "--preset release" in text and "VARVE_BUILD_TESTS" in (ROOT / "CMakeLists.txt").read_text()
    command = re.search(r'^CMD \["(.+)"\]$', text, re.M)[1].split('", "')
    usage = run_varve("run", "--help").stdout
    assert command[0] == "run"
    assert all(flag in usage for flag in command if flag.startswith("--"))
