"""The first page after sign-in, the choice of membership, the business day of a sandbox."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from capweb.accounts.queries import memberships
from capweb.http.permissions import signed_in
from capweb.http.sessions import SESSION_KEY

HOME_BY_ROLE = {
    "broker": "policies:portal",
    "policyholder": "policies:portal",
    "reinsurance_accountant": "reinsurance:envelopes",
    "reinsurer": "reinsurance:envelopes",
    "operator": "reinsurance:envelopes",
}


@signed_in
def home(request: HttpRequest) -> HttpResponseBase:
    """To the page where this role begins its day."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor:
        return redirect("no_membership")
    return redirect(HOME_BY_ROLE.get(actor.role, "policies:queue"))


@signed_in
def no_membership(request: HttpRequest) -> HttpResponse:
    """Signed in, but nobody has given this person a role yet."""
    return render(request, "desk/no_membership.html", status=403)


@require_POST
@signed_in
def switch_membership(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own memberships from here on."""
    chosen = request.POST.get("membership", "")
    own = {membership.public_id: membership for membership in memberships.of_user(request.user.pk)}  # type: ignore[arg-type]
    if chosen not in own:
        messages.error(request, _("This membership is not yours, or it has ended."))
    else:
        request.session[SESSION_KEY] = chosen
    return redirect("home")
