from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from plan_cases import faults, listing, planned

from hanzo_iac.errors import Fault

CONFIG = """\
model_list:
  - model_name: "claude-3.5-sonnet"
    litellm_params:
      model: "anthropic/claude-3-5-sonnet-latest"
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: "gpt-4o"
    litellm_params:
      model: "openai/gpt-4o"
      api_key: os.environ/OPENAI_API_KEY
litellm_settings:
  drop_params: true
  request_timeout: 600
  telemetry: false
  turn_off_message_logging: true
  max_budget: 500
  budget_duration: 30d
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  allow_requests_on_db_unavailable: false
  store_model_in_db: false
"""


def test_the_configuration_of_listing_1():
    assert listing("dev").llm_gateways["llm"].config == CONFIG


def test_a_gateway_lives_in_a_namespace_of_its_own_with_its_provider_keys():
    gateway = listing("prod").llm_gateways["llm"]
    assert (gateway.name, gateway.namespace, gateway.port) == ("llm", "my-rag-app-prod-llm", 4000)
    assert (gateway.provider_keys_secret, gateway.budget_usd) == ("llm-provider-keys", Decimal(500))
    assert gateway.replicas == 2


CALLED = [
    ("claude-3.5-sonnet", "anthropic/claude-3-5-sonnet-latest", "ANTHROPIC_API_KEY"),
    ("claude-3-7-sonnet", "anthropic/claude-3-7-sonnet-latest", "ANTHROPIC_API_KEY"),
    ("claude-3-5-sonnet-20241022", "anthropic/claude-3-5-sonnet-20241022", "ANTHROPIC_API_KEY"),
    ("claude-sonnet-4.5", "anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
    ("gpt-4.1-mini", "openai/gpt-4.1-mini", "OPENAI_API_KEY"),
    ("o3", "openai/o3", "OPENAI_API_KEY"),
    ("gemini-2.5-pro", "gemini/gemini-2.5-pro", "GEMINI_API_KEY"),
    ("mistral-large-latest", "mistral/mistral-large-latest", "MISTRAL_API_KEY"),
    ("deepseek-chat", "deepseek/deepseek-chat", "DEEPSEEK_API_KEY"),
    ("openai/my-tuned-model", "openai/my-tuned-model", "OPENAI_API_KEY"),
]


@pytest.mark.parametrize(("written", "called", "key"), CALLED)
def test_a_models_provider_is_known_by_its_name(written, called, key):
    gateway = planned({"resources/llm": {"provider": "hanzo-gateway", "models": [written]}}).llm_gateways["llm"]
    assert yaml.safe_load(gateway.config)["model_list"] == [
        {"model_name": written, "litellm_params": {"model": called, "api_key": f"os.environ/{key}"}}
    ]


@pytest.mark.parametrize("written", ["my-own-llm", "acme/my-own-llm"])
def test_a_model_of_nobody_is_refused(written):
    assert faults({"resources/llm": {"provider": "hanzo-gateway", "models": ["gpt-4o", written]}}) == (
        Fault(
            "resources/llm/models",
            f"it is not known who provides {written!r}",
            "write <provider>/my-own-llm, such as openai/..., or a name like claude-*, gpt-*, chatgpt-*, o1*, o3*, "
            "o4*, text-embedding-*, gemini-*, mistral-*, codestral-*, command-*, deepseek-*, grok-*, sonar*",
        ),
    )


def test_without_a_budget_nothing_is_capped():
    plan = planned({"resources/llm": {"provider": "hanzo-gateway", "models": ["gpt-4o"]}})
    assert plan.llm_gateways["llm"].budget_usd is None
    assert plan.budget.llm_budget_usd is None
    assert "budget" not in plan.llm_gateways["llm"].config


def test_gateways_run_on_the_system_pool_which_must_have_room_for_them():
    gateway = {"provider": "hanzo-gateway", "models": ["gpt-4o"]}
    changes = {f"resources/llm{n}": gateway for n in range(2)}
    assert {one.node_selector["hanzo.ai/pool"] for one in planned(changes).llm_gateways.values()} == {"system"}
    assert faults(changes, {"cluster": {"ha": True, "system_size": "s-1vcpu-2gb", "system_count": 1}}) == (
        Fault(
            "environment/cluster/system_size",
            "1 x s-1vcpu-2gb have room for 0 pods of LLM gateways, not 4",
            "write a larger system_size or system_count",
        ),
    )
