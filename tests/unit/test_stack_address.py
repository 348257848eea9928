import pytest

from harness.stack.address import expect_postgres_url, expect_redis_url, with_database, without_password
from harness.stack.errors import EnvironmentFailed
from harness.stack.own import OwnPostgres

SECRET = "s3cret"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ann:{SECRET}@host:5432/app",
        f"postgresql://ann:{SECRET}@@host/app",
        f"postgresql://host/app?user=ann&password={SECRET}",
        f"postgresql://ann:a/{SECRET}@host/app",
        f"postgresql://ann:12?{SECRET}@host/app",
        f"postgresql://ann:12#{SECRET}@host/app",
        f"redis://:{SECRET}@host:6379/3",
        f"unix://:{SECRET}@/run/redis.sock",
        f"unix:///run/redis.sock?password={SECRET}",
        f"host=db password={SECRET}",
        f"//[{SECRET}",
    ],
)
def test_a_shown_address_never_holds_the_password(address):
    assert SECRET not in without_password(address)


def test_a_shown_address_still_says_which_server():
    assert without_password("postgresql://ann:s3cret@db.example:5433/app") == "postgresql://ann:***@db.example:5433/app"
    assert without_password("redis://127.0.0.1:6379/3") == "redis://127.0.0.1:6379/3"


@pytest.mark.parametrize(
    "address", ["host=db user=ann", "mysql://db/app", "postgresql://db:notaport/app", "postgresql://ann:a/b@db/app", ""]
)
def test_what_is_no_postgresql_url_is_refused_without_being_shown(address):
    with pytest.raises(EnvironmentFailed, match="It looks like postgresql://") as refused:
        expect_postgres_url(address)
    assert not address or address not in str(refused.value)
    assert refused.value.exit_code == 3


def test_what_is_no_redis_url_is_refused():
    with pytest.raises(EnvironmentFailed, match="It looks like redis://"):
        expect_redis_url("http://db:6379")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://ann:pw@db:5433/app?sslmode=require", "postgresql://ann:pw@db:5433/clone?sslmode=require"),
        ("postgresql://db?dbname=app", "postgresql://db/clone"),
        ("postgresql:///app?host=/run/postgresql", "postgresql:///clone?host=%2Frun%2Fpostgresql"),
        ("postgresql://a,b:5433/app", "postgresql://a,b:5433/clone"),
    ],
)
def test_another_database_of_the_same_server_keeps_everything_else(address, expected):
    assert with_database(address, "clone") == expected


def test_administration_happens_in_the_given_database_or_in_postgres():
    assert OwnPostgres(address="postgresql://db/app").admin_dsn == "postgresql://db/app"
    assert OwnPostgres(address="postgresql://db").admin_dsn == "postgresql://db/postgres"
