"""No Docker engine is needed to see whether docker-compose.yml and the code mean the same."""

import re
import stat
import subprocess
import sys
from importlib import import_module

import pytest
from celery.app.utils import find_app
from django.core.management import get_commands
from django.urls import resolve

from campaign.environment import ROLES, SECRETS
from tests.deploy.compose import (
    COMPOSE,
    OURS,
    ROOT,
    SERVICES,
    command_of,
    environment_of,
    make_secrets,
    networks_of,
    reaches,
    run_new_secrets,
    variables_of,
)  # fmt: skip

ROLE_OF = {
    "migrate": "offline",
    "seeds": "offline",
    "site": "public",
    "admin": "admin",
    "worker": "worker",
    "beat": "beat",
}
DATABASE_ROLE_OF = {"migrate": "owner", "seeds": "owner", "site": "public", "admin": "admin", "worker": "worker"}
ONE_SHOT = {"migrate", "seeds"}
TOLD = {
    "SITE_URL": "https://petition.example.org",
    "ORGANISATION_NAME": "Example Organisation",
    "ORGANISATION_CONTACT": "contact@example.org",
    "DEFAULT_FROM_EMAIL": "petitions@example.org",
}


# --- Roles and secrets ----------------------------------------------------------------------------------------------
def test_each_service_of_ours_plays_a_known_role():
    assert {name: environment_of(name, TOLD)["CAMPAIGN_ROLE"] for name in OURS} == ROLE_OF
    assert set(ROLE_OF.values()) == set(ROLES) - {"all"}


@pytest.mark.parametrize("name", OURS)
def file_of(name, secret):
    """The file that holds a service's secret; some are each role's own."""
    own = {"SECRET_KEY": ROLE_OF[name], "DATABASE_URL": DATABASE_ROLE_OF.get(name)}
    return f"{secret}_{own[secret]}" if secret in own else secret


def secrets_of(name):
    """What a service should hold: its role's secrets, its login to the database, and the worker the mail server's."""
    held = {secret for secret, holders in SECRETS.items() if ROLE_OF[name] in holders}
    held |= {"DATABASE_URL"} if name in DATABASE_ROLE_OF else set()
    return held | ({"EMAIL_URL"} if name == "worker" else set())


@pytest.mark.parametrize("name", OURS)
def test_each_service_holds_its_roles_secrets_and_no_others(name):
    assert set(SERVICES[name].get("secrets", [])) == {file_of(name, secret) for secret in secrets_of(name)}


@pytest.mark.parametrize("name", OURS)
def test_each_secret_is_read_from_its_file_and_from_nowhere_else(name):
    told = environment_of(name, TOLD)
    files = {key: path for key, path in told.items() if key.endswith("_FILE") and key != "HEARTBEAT_FILE"}
    assert files == {f"{secret}_FILE": f"/run/secrets/{file_of(name, secret)}" for secret in secrets_of(name)}
    assert {*SECRETS, "DATABASE_URL", "EMAIL_URL"} & set(told) == set()


def test_secrets_are_files_that_one_script_makes(tmp_path):
    folder = make_secrets(tmp_path)
    made = {path.name: path for path in folder.iterdir()}
    assert set(made) == set(COMPOSE["secrets"]) - {"EMAIL_URL"}
    assert all(secret == {"file": f"./deploy/secrets/{name}"} for name, secret in COMPOSE["secrets"].items())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.values()} == {
        0o644
    }  # containers have users of their own
    before = {name: path.read_text() for name, path in made.items()}
    assert "EMAIL_URL" in run_new_secrets(tmp_path)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert len(set(before.values())) == len(before)


@pytest.mark.parametrize("name", [name for name in OURS if name != "seeds"])
def test_each_role_is_ready_to_deploy_without_a_warning(name, tmp_path):
    folder = make_secrets(tmp_path)
    (folder / "EMAIL_URL").write_text("smtp+tls://user:password@mail.example.org:587\n")
    held = set(SERVICES[name].get("secrets", []))
    for path in folder.iterdir():
        if path.name not in held:
            path.unlink()  # so that it starts with what compose gives it
    told = {key: word.replace("/run/secrets", str(folder)) for key, word in environment_of(name, TOLD).items()}
    told = TOLD | {"TRUSTED_PROXIES": "1"} | told  # beat and migrate are told of no site, having none
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env={**told, "DATA_DIR": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


# --- What is told and run -------------------------------------------------------------------------------------------
def test_every_variable_is_one_that_the_code_reads():
    files = [
        "campaign/settings.py",
        "campaign/environment.py",
        "campaign/celery.py",
        "gunicorn.conf.py",
        "deploy/health.py",
    ]
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', "".join((ROOT / file).read_text() for file in files)))
    told = {
        key.removesuffix("_FILE") if key != "HEARTBEAT_FILE" else key
        for name in OURS
        for key in environment_of(name, TOLD)
    }
    assert told - read == set()


def test_env_example_tells_every_variable_that_compose_wants():
    wanted = variables_of(re.sub(r"#.*", "", (ROOT / "docker-compose.yml").read_text()))
    told = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / "deploy/env.example").read_text(), re.MULTILINE))
    assert wanted - told == {"LOG_LEVEL"}
    assert told - wanted == set()


def test_the_site_trusts_exactly_the_proxy_before_it():
    assert [environment_of(name, TOLD)["TRUSTED_PROXIES"] for name in ("site", "admin")] == ["1", "1"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name):
    for command in " ".join(command_of(name, TOLD)).removeprefix("sh -c ").split(" && "):
        match command.split():
            case ["python", "manage.py", act, *_options]:
                assert act in get_commands()
            case ["python", "-m", "gunicorn", "--bind", "0.0.0.0:8000"]:
                module, _, target = re.search(
                    r'wsgi_app = "([\w.]+)(:)(\w+)"', (ROOT / "gunicorn.conf.py").read_text()
                ).groups()
                assert callable(getattr(import_module(module), target))
            case ["celery", "-A", app, "worker" | "beat", *_options]:
                assert find_app(app).main == "campaign"
            case other:
                pytest.fail(f"{name} runs something this test does not know: {other}")


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ONE_SHOT])
def test_every_service_that_stays_has_a_health_check(name):
    check = SERVICES[name]["healthcheck"]
    assert {"interval", "timeout", "retries", "test"} <= set(check)
    command = " ".join(check["test"])
    known = {
        "proxy": "http://127.0.0.1:8081/healthz", "db": "pg_isready",
        "broker": "redis-cli ping", "cache": "redis-cli ping",
        "site": "health.py web", "admin": "health.py web",
        "worker": "health.py heartbeat", "beat": "health.py heartbeat",
    }  # fmt: skip
    assert known[name] in command
    assert ("HEARTBEAT_FILE" in environment_of(name, TOLD)) == ("heartbeat" in command)


def test_health_addresses_are_addresses_of_ours():
    asked = re.findall(r'"(/\w+z)"', (ROOT / "deploy/health.py").read_text())
    passed_on = re.findall(r"location = (/\w+z) ", (ROOT / "deploy/nginx.conf").read_text())
    assert [resolve(path).url_name for path in asked + passed_on] == ["healthz", "healthz"]


def test_what_starts_waits_for_what_it_needs():
    waits = {
        name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    healthy, done = "service_healthy", "service_completed_successfully"
    assert waits == {
        "proxy": {"site": healthy},
        "migrate": {"db": healthy},
        "seeds": {"migrate": done},
        "site": {"migrate": done, "cache": healthy},
        "admin": {"migrate": done, "cache": healthy},
        "worker": {"migrate": done, "broker": healthy},
        "beat": {"broker": healthy},
        "db": {}, "broker": {}, "cache": {},
    }  # fmt: skip
    assert {name for name, service in SERVICES.items() if service["restart"] == "no"} == ONE_SHOT


# --- Who reaches whom -----------------------------------------------------------------------------------------------
def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [port.rpartition(":")[2] for port in SERVICES["proxy"]["ports"]] == ["8080", "8443"]
    assert all("network_mode" not in service and "expose" not in service for service in SERVICES.values())


def test_only_the_proxy_and_the_worker_have_a_way_out():
    open_networks = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    assert {name for name in SERVICES if networks_of(name) & open_networks} == {"proxy", "worker"}
    assert all(networks_of(name) for name in SERVICES)  # none falls into the default network, which is open


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("proxy", {"site", "admin"}),
        ("site", {"proxy", "db", "cache"}),
        ("beat", {"broker", "worker"}),
        ("broker", {"beat", "worker"}),
        ("cache", {"site", "admin", "db", "migrate", "seeds"}),
        ("worker", {"broker", "beat", "db"}),
    ],
)
def test_each_reaches_what_it_needs_and_nothing_else(name, expected):
    assert {other for other in SERVICES if other != name and reaches(name, other)} == expected


def test_addresses_name_services_that_can_be_reached():
    for name in OURS:
        for address in environment_of(name, TOLD).values():
            for host in re.findall(r"redis://(\w+):", address):
                assert reaches(name, host), (name, host)
        if name in DATABASE_ROLE_OF:
            assert reaches(name, "db"), name
    for host, port in re.findall(r"http://(site|admin):(\d+)", (ROOT / "deploy/nginx.conf").read_text()):
        assert f"0.0.0.0:{port}" in command_of(host, TOLD)
        assert reaches("proxy", host)


# --- What is kept ---------------------------------------------------------------------------------------------------
def mounts(name):
    """(source, target, may be written) of each mount."""
    for mount in SERVICES[name].get("volumes", []):
        source, target, *how = mount.split(":")
        yield source, target, "ro" not in how


def test_volumes_are_named_and_reach_who_needs_them():
    writers = {(source, name) for name in SERVICES for source, _target, may_write in mounts(name) if may_write}
    assert writers == {
        ("database", "db"), ("media", "admin"), ("media", "seeds"), ("exports", "admin"), ("exports", "worker"),
        ("journal", "worker"), ("log", "worker"),
    }  # fmt: skip
    assert {source for source, _name in writers} == set(COMPOSE["volumes"])
    readers = {(source, name) for name in SERVICES for source, _target, may_write in mounts(name) if not may_write}
    assert {(source, name) for source, name in readers if not source.startswith("./deploy/")} == {
        ("media", "proxy"), ("log", "proxy"), ("journal", "migrate"),
    }  # fmt: skip


def test_what_is_mounted_is_where_both_sides_look():
    dockerfile = (ROOT / "Dockerfile").read_text()
    places = dict(re.findall(r"(MEDIA_ROOT|EXPORT_DIR|JOURNAL_DIR|LOG_DIR)=(\S+)", dockerfile))
    targets = {(source, name): target for name in SERVICES for source, target, _may_write in mounts(name)}
    assert {targets["media", name] for name in ("admin", "seeds")} == {places["MEDIA_ROOT"]}
    assert {targets["exports", name] for name in ("admin", "worker")} == {places["EXPORT_DIR"]}
    assert {targets["journal", name] for name in ("migrate", "worker")} == {places["JOURNAL_DIR"]}
    assert targets["log", "worker"] == places["LOG_DIR"]
    assert (targets["media", "proxy"], targets["log", "proxy"]) == ("/srv/media", "/srv/log")
    for source, _target, _may_write in (mount for name in SERVICES for mount in mounts(name)):
        assert not source.startswith("./") or (ROOT / source).exists(), source


@pytest.mark.parametrize("name", ["broker", "cache"])
def test_redis_keeps_nothing_on_disk(name):
    command = command_of(name, TOLD)
    assert (command[command.index("--save") + 1], command[command.index("--appendonly") + 1]) == ("", "no")
    assert "volumes" not in SERVICES[name]


def test_the_database_logs_neither_a_statement_nor_a_row():
    options = " ".join(command_of("db", TOLD))
    assert "log_min_error_statement=panic" in options
    assert "log_error_verbosity=terse" in options


# --- What a break-in would find -------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_confined(name):
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert "privileged" not in service
    assert {"mem_limit", "pids_limit", "logging"} <= set(service)


def test_all_of_it_fits_into_two_gigabytes():
    limits = [service["mem_limit"] for name, service in SERVICES.items() if name not in ONE_SHOT]
    assert sum(int(limit.removesuffix("m")) for limit in limits) <= 2_000


def test_images_are_pinned():
    images = {service["image"] for name, service in SERVICES.items() if name not in OURS}
    images |= set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert len(images) == 4
    assert all(re.fullmatch(r"[a-z]+:\d+(\.\d+)?-[a-z-]+", image) for image in images), images


def test_the_image_runs_as_nobody_special_and_takes_only_what_runs():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert re.findall(r"^USER (.+)", dockerfile, re.MULTILINE) == [SERVICES["site"]["user"]]
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    taken = {line[1:] for line in ignored if line.startswith("!")}
    assert (ignored[0], ignored[-1]) == ("*", "**/__pycache__")
    assert all((ROOT / path).exists() for path in taken)
    assert {"deploy", "deploy/secrets", ".", "tests"} & taken == set()
    assert {"campaign", "templates", "static", "seeds", "manage.py", "gunicorn.conf.py", "deploy/health.py"} <= taken


def test_no_secret_and_no_choice_of_a_server_is_tracked():
    tracked = subprocess.run(
        ["git", "ls-files", "deploy"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    if not tracked:
        pytest.skip("not a git checkout")
    assert [path for path in tracked.split() if path.startswith(("deploy/secrets/", "deploy/proxy/"))] == [
        "deploy/proxy/.gitignore", "deploy/proxy/behind.conf.example", "deploy/proxy/tls.conf.example",
        "deploy/secrets/.gitignore",
    ]  # fmt: skip
