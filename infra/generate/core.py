"""The template of what the services share: `infra/generate/core.yaml`, with a user-pool group for each staff role."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from shared.roles import STAFF_GROUPS


def core_template(root: Path) -> dict[str, Any]:
    """The template of the stack `core`."""
    template: dict[str, Any] = yaml.safe_load((root / "infra" / "generate" / "core.yaml").read_text())
    template["Resources"] |= {
        f"{role.value.capitalize()}Group": {
            "Type": "AWS::Cognito::UserPoolGroup",
            "Properties": {"UserPoolId": {"Ref": "Staff"}, "GroupName": role.value, "Description": role.description},
        }
        for role in sorted(STAFF_GROUPS)
    }
    return template
