"""Makes the front's template: `front.yaml` with an origin for each service and a behaviour for each path."""

from pathlib import Path
from typing import Any

import yaml

from infra.generate.paths import paths
from shared.services import SERVICES

# AWS's managed policies, the same in every account. Without these two CloudFront drops the Authorization header.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


def front_template(root: Path) -> dict[str, Any]:
    """The CloudFront template. Two parameters name each service's origin: `<Service>Host` and `<Service>Path`."""
    template: dict[str, Any] = yaml.safe_load((root / "infra" / "generate" / "front.yaml").read_text())
    for service in SERVICES:
        template["Parameters"] |= {f"{service.capitalize()}{part}": {"Type": "String"} for part in ("Host", "Path")}
    template["Resources"]["Distribution"]["Properties"]["DistributionConfig"] |= {
        "Origins": [_origin(service) for service in SERVICES],
        "CacheBehaviors": [{"PathPattern": pattern, **_behaviour(service)} for pattern, service in paths()],
        # A path that matches no pattern gets the same 404 as every other unknown path.
        "DefaultCacheBehavior": _behaviour("customers"),
    }
    return template


def _origin(service: str) -> dict[str, Any]:
    name = service.capitalize()
    return {
        "Id": service,
        "DomainName": {"Ref": f"{name}Host"},
        "OriginPath": {"Ref": f"{name}Path"},
        "CustomOriginConfig": {
            "OriginProtocolPolicy": {"Ref": "OriginProtocol"},
            "HTTPPort": {"Ref": "OriginPort"},
            "HTTPSPort": {"Ref": "OriginPort"},
            "OriginSSLProtocols": ["TLSv1.2"],
        },
    }


def _behaviour(service: str) -> dict[str, Any]:
    return {
        "TargetOriginId": service,
        "ViewerProtocolPolicy": {"Ref": "ViewerProtocol"},
        "AllowedMethods": METHODS,
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST_HEADER,
        "Compress": True,
    }
