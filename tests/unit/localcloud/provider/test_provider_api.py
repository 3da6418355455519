"""One HTTP call: what is repeated, how long is waited, what is said when it fails."""

from __future__ import annotations

import json

import pytest
from doubles.rehearsal import StillClock

from hanzo_iac.localcloud.provider.api import Answer, Api, ApiError, Busy, Unsure
from hanzo_iac.localcloud.provider.call import Call, TookTooLong, Turns
from hanzo_iac.localcloud.provider.settings import Settings, faults, from_config

TOKEN = "dop_v1_0123456789abcdef"
GOOD = Answer(200, {}, b'{"a": 1}')


def refusal(status, word="not_found", message="no", **headers):
    return Answer(status, headers, json.dumps({"id": word, "message": message}).encode())


class Script:
    """Answers in turn; remembers what was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, method, url, *, headers, body, timeout_s):
        self.asked.append((method, url, body))
        self.headers = headers
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def api(*answers, **settings):
    clock = StillClock()
    script = Script(*answers)
    made = Api(
        Settings(**({"token": TOKEN, "api": "http://127.0.0.1:9", "retries": 4} | settings)), script, clock.sleep
    )
    return made, script, clock


def test_a_call_carries_the_token_and_the_query():
    made, script, _ = api(GOOD)
    assert made.get("/v2/vpcs", name="a b") == {"a": 1}
    assert script.asked == [("GET", "http://127.0.0.1:9/v2/vpcs?name=a+b", b"")]
    assert script.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("failure", [TimeoutError("t"), ConnectionError("c"), refusal(500), refusal(503), refusal(429)])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "repost"])
def test_calls_that_mean_the_same_twice_are_repeated(method, failure):
    made, script, clock = api(failure, failure, GOOD)
    getattr(made, method)("/v2/x", *([{}] if method in ("put", "patch", "repost") else []))
    assert (len(script.asked), clock.seconds) == (3, 1 + 2)


@pytest.mark.parametrize("failure", [TimeoutError("t"), refusal(500), Answer(201, {}, b'{"vpc": {"id')])
def test_a_post_is_sent_once(failure):
    made, script, _ = api(failure)
    with pytest.raises(Unsure):
        made.post("/v2/vpcs", {})
    assert len(script.asked) == 1


def test_retries_end():
    made, script, clock = api(*[refusal(500)] * 5)
    with pytest.raises(Unsure, match=r"DigitalOcean answered 500 not_found: no \[GET /v2/x\]"):
        made.get("/v2/x")
    assert (len(script.asked), clock.seconds) == (5, 1 + 2 + 4 + 8)


def test_retry_after_is_honoured_up_to_the_longest_wait():
    made, _, clock = api(refusal(429, **{"Retry-After": "7"}), refusal(429, **{"retry-after": "3600"}), GOOD)
    made.get("/v2/x")
    assert clock.seconds == 7 + 30


def test_no_retries_when_none_are_wanted():
    made, script, _ = api(refusal(429), retries=0)
    with pytest.raises(Busy):
        made.get("/v2/x")
    assert len(script.asked) == 1


def test_a_refusal_is_said_in_words():
    made, script, _ = api(refusal(422, "unprocessable_entity", "name is taken"))
    with pytest.raises(ApiError) as refused:
        made.put("/v2/vpcs/1", {})
    assert str(refused.value) == "DigitalOcean answered 422 unprocessable_entity: name is taken [PUT /v2/vpcs/1]"
    assert len(script.asked) == 1


def test_a_bad_token_says_which_variable_to_set_and_never_itself():
    made, _, _ = api(refusal(401, "Unauthorized", "Unable to authenticate you"))
    with pytest.raises(ApiError) as refused:
        made.get("/v2/account")
    assert str(refused.value) == (
        "DigitalOcean answered 401 Unauthorized: Unable to authenticate you (set DIGITALOCEAN_TOKEN, or the secret "
        "digitalocean:token, to a token that is valid there) [GET /v2/account]"
    )
    assert TOKEN not in str(refused.value) + repr(made)


def test_an_answer_that_is_not_json_is_shown_in_part():
    made, _, _ = api(Answer(403, {}, b"<html>proxy says no</html>"))
    with pytest.raises(ApiError, match="403 error: <html>proxy says no</html>"):
        made.get("/v2/x")


def test_deleting_what_is_gone_is_success_and_finding_it_is_none():
    made, _, _ = api(refusal(404), refusal(404))
    made.delete("/v2/x")
    assert made.find("/v2/x") is None


def test_all_pages_are_read():
    first = Answer(200, {}, json.dumps({"vpcs": [1, 2], "links": {"pages": {"next": "n"}}}).encode())
    last = Answer(200, {}, json.dumps({"vpcs": [3], "links": {"pages": {"prev": "p"}}}).encode())
    made, script, _ = api(first, last)
    assert list(made.pages("/v2/vpcs", "vpcs")) == [1, 2, 3]
    assert [url.split("?")[1] for _, url, _ in script.asked] == ["page=1&per_page=200", "page=2&per_page=200"]


def test_a_pace_is_kept_when_asked():
    made, _, clock = api(GOOD, GOOD, requests_per_second=4.0)
    made.get("/v2/x")
    made.get("/v2/x")
    assert clock.seconds == 0.5


class TestWaiting:
    def call(self, *answers, allowed=60.0):
        made, script, _ = api(*answers, retries=0, poll_s=10.0)
        clock = StillClock()
        return Call(made, clock, Turns(), allowed), script, clock

    def test_until_it_is_ready(self):
        call, _, clock = self.call(Answer(200, {}, b'{"a": 0}'), Answer(200, {}, b'{"a": 0}'), GOOD)
        assert call.until("it did not come", lambda: call.api.get("/v2/x"), lambda seen: seen["a"] == 1) == {"a": 1}
        assert clock.seconds == 20

    def test_until_the_time_is_up(self):
        call, _, _ = self.call(*[Answer(200, {}, b'{"a": 0}')] * 9)
        with pytest.raises(TookTooLong, match="it did not come within the time allowed"):
            call.until("it did not come", lambda: call.api.get("/v2/x"), lambda seen: seen["a"] == 1)

    def test_failed_looks_are_looked_past(self):
        call, _, _ = self.call(refusal(500), refusal(404), TimeoutError("t"), refusal(429), GOOD)
        assert call.until("it did not come", lambda: call.api.get("/v2/x"), bool) == {"a": 1}

    def test_but_not_for_ever(self):
        call, script, _ = self.call(*[refusal(404)] * 5)
        with pytest.raises(ApiError, match="404"):
            call.until("it did not come", lambda: call.api.get("/v2/x"), bool)
        assert len(script.asked) == 5

    def test_a_refusal_ends_it_at_once(self):
        call, script, _ = self.call(refusal(403, "forbidden"))
        with pytest.raises(ApiError, match="403"):
            call.until("it did not come", lambda: call.api.get("/v2/x"), bool)
        assert len(script.asked) == 1


class TestSettings:
    def test_the_environment_alone_is_enough(self):
        settings = from_config(
            {}, {"DIGITALOCEAN_ACCESS_TOKEN": "t", "DIGITALOCEAN_API_URL": "http://127.0.0.1:8080/v2/"}
        )
        assert (settings.token, settings.api, settings.is_local, settings.poll_s) == (
            "t", "http://127.0.0.1:8080", True, 0.2,
        )  # fmt: skip

    def test_the_real_api_is_looked_at_less_often(self):
        settings = from_config({"token": "t"}, {})
        assert (settings.api, settings.is_local, settings.poll_s) == ("https://api.digitalocean.com", False, 5.0)

    def test_configuration_wins(self):
        env = {"DIGITALOCEAN_TOKEN": "env", "DIGITALOCEAN_HTTP_RETRY_MAX": "9", "HANZO_DO_POLL_SECONDS": "0.5"}
        settings = from_config({"token": "config", "httpRetryMax": "0", "apiEndpoint": "https://do.example"}, env)
        assert (settings.token, settings.retries, settings.api, settings.poll_s) == (
            "config", 0, "https://do.example", 0.5,
        )  # fmt: skip

    def test_the_token_is_not_shown(self):
        assert TOKEN not in repr(Settings(token=TOKEN))

    def test_faults_are_told_together(self):
        found = faults({"httpRetryMax": "many", "apiEndpoint": "localhost:8080"})
        assert [(fault.where, fault.reason) for fault in found] == [
            ("httpRetryMax", "expected a number"),
            ("apiEndpoint", "got 'localhost:8080'; expected an address such as https://api.digitalocean.com"),
        ]
