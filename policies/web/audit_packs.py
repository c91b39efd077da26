"""The audit pack of a technical account: the law is read here and handed down to the books."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import View

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.queries import memberships
from capweb.http.permissions import ActorView
from policies.queries.public_law import public_law
from reinsurance.commands.audit_pack import audit_pack
from reinsurance.queries.technical_accounts import TechnicalAccountUnknown, technical_account


class AuditPack(ActorView, View):
    """One zip for an outsider; for the insurer's own people and for the reinsurer of the treaty."""

    right = "bordereaux.read"
    for_platform = True

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:  # noqa: ARG002
        try:
            with acting(self._of_the_house(public_id)) as house:
                law = public_law(house)
            file = audit_pack(self.actor, public_id, law=law)
        except TechnicalAccountUnknown:
            raise Http404 from None
        return FileResponse(file, as_attachment=True, filename=f"audit-{public_id}.zip", content_type="application/zip")

    def _of_the_house(self, public_id: str) -> Actor:
        """Whoever reads the law of the account's insurer: the actor, or for a reinsurer one of that house."""
        if isinstance(self.actor, Actor):
            return self.actor
        code = technical_account(self.actor, public_id).insurer_code
        house = next(one for one in memberships.insurers() if one.code == code)
        return memberships.system_actor(house, name=self.actor.name)
