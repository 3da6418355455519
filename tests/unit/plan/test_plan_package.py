from __future__ import annotations

import subprocess
import sys

from plan_cases import LISTING


def run(code: str) -> str:
    command = [sys.executable, "-c", code, str(LISTING)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_paper_s_three_words_are_enough():
    code = (
        "import sys\n"
        "from hanzo_iac import Application, Environment, plan\n"
        "print(plan(Application.load(sys.argv[1]), Environment.load('dev')).application)"
    )
    assert run(code) == "my-rag-app\n"


def test_the_package_is_also_the_mapping_when_its_specs_were_imported_first():
    code = (
        "import sys\n"
        "from hanzo_iac.plan.spec import Plan\n"
        "from hanzo_iac import Application, Environment, plan\n"
        "print(type(plan(Application.load(sys.argv[1]), Environment.load('dev'))) is Plan)"
    )
    assert run(code) == "True\n"


def test_the_names_of_the_package():
    code = (
        "import hanzo_iac.plan.mapping\n"
        "from hanzo_iac.plan import Plan, cost, explain, plan, to_json\n"
        "print([word.__name__ for word in (Plan, cost, explain, plan, to_json)])"
    )
    assert run(code) == "['Plan', 'cost', 'explain', 'plan', 'to_json']\n"


def test_specs_alone_do_not_load_the_model():
    code = "import sys, hanzo_iac.plan.spec; print(sorted({'pydantic', 'yaml'} & set(sys.modules)))"
    assert run(code) == "[]\n"
