"""Proposals over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import user_of
from accounts.ownership import OwnedQuerySet
from todos import batch
from todos.batch import Operation
from todos.models import AlreadyDecided, Expired, Outdated, Proposal
from todos.models.proposal import Status
from todos.origins import origin_of
from todos.rules import RuleBroken
from todos.serializers import OneOfField, told_rules
from web.schema import describe, problems


class ProposedTaskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="Null: it is to be made.")
    title = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)


class ProposalSerializer(serializers.Serializer[Proposal]):
    """What would be done, to which tasks, as they were when it was asked."""

    id = serializers.UUIDField(read_only=True)
    status = serializers.ChoiceField(Status.choices, source="shown_status", read_only=True)
    summary = serializers.CharField(read_only=True, help_text="In words, for the person.")
    operation = serializers.DictField(read_only=True, help_text="In the form of a batch.")
    tasks = ProposedTaskSerializer(many=True, read_only=True)
    conversation_id = serializers.UUIDField(read_only=True, allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # a Field has a `source` too
        read_only=True, help_text="The door by which it was asked."
    )
    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    decided_at = serializers.DateTimeField(read_only=True, allow_null=True)
    act = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="What it was done with, and is undone with."
    )


class ProposedSerializer(serializers.Serializer[Any]):
    """Nothing is done yet: it waits for a yes."""

    proposal = ProposalSerializer(read_only=True)


PROPOSE = OpenApiParameter(
    "propose",
    bool,
    description="Ask first, if it is wide: then 202 with the proposal, and nothing is done.",
)


def asked_first(request: Request, operation: Operation) -> Response | None:
    """What is wide, where the caller wants a proposal of it; None: it may be done."""
    query = ProposeSerializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    if query.validated_data["propose"] == "false":
        return asked_by_key(request, operation)
    return _proposed(Proposal.if_wide(user_of(request), operation, origin_of(request)))


def asked_by_key(request: Request, operation: Operation) -> Response | None:
    """Whatever would change something, where a key came that asks first; None: it may be done.

    Raises ValidationError, as doing it would.
    """
    user, origin = user_of(request), origin_of(request)
    if not origin.asks:
        return None
    outcome = batch.rehearse(user, operation, origin)
    with told_rules():
        for each in outcome.failures:
            raise RuleBroken(each.field, each.code, each.detail)
    return _proposed(Proposal.if_wide(user, operation, origin) if outcome.act else None)


def _proposed(made: Proposal | None) -> Response | None:
    return Response(ProposedSerializer({"proposal": made}).data, 202) if made else None


class ProposeSerializer(serializers.Serializer[Any]):
    propose = OneOfField(["true", "false"], default="false")


class NotDecided(APIException):
    status_code = 409


class ProposalAlreadyDecided(NotDecided):
    default_code = "already_decided"
    default_detail = "This was decided before, the other way."


class ProposalExpired(NotDecided):
    default_code = "expired"
    default_detail = "Nobody has decided this in time, so nothing is done. Ask for it again."


class ProposalOutdated(NotDecided):
    default_code = "outdated"
    default_detail = "Some of it has changed since, so nothing was done."

    def __init__(self, renewed: Proposal | None) -> None:
        super().__init__()
        self.members = {"proposal": ProposalSerializer(renewed).data if renewed else None}


@contextmanager
def told_refusals() -> Iterator[None]:
    """Why a proposal cannot be decided, as the API tells it."""
    try:
        yield
    except AlreadyDecided:
        raise ProposalAlreadyDecided from None
    except Expired:
        raise ProposalExpired from None
    except Outdated as outdated:
        raise ProposalOutdated(outdated.renewed) from None


class ProposalQuerySerializer(serializers.Serializer[Any]):
    status = OneOfField(Status.choices, required=False)


@describe(tags=["proposals"])
class ProposalViewSet(GenericViewSet[Proposal]):
    queryset = Proposal.objects.none()
    serializer_class = ProposalSerializer

    def get_queryset(self) -> OwnedQuerySet[Proposal]:
        return Proposal.objects.for_user(user_of(self.request))

    @describe(parameters=[ProposalQuerySerializer])
    def list(self, request: Request) -> Response:
        """What the user was asked, newest first."""
        query = ProposalQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        proposals = Proposal.objects.for_user(user_of(request)).newest_first()
        if status := query.validated_data.get("status"):
            proposals = proposals.with_status(status)
        page = self.paginate_queryset(proposals)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One proposal."""
        return self._answer(self.get_object())

    @describe(request=None, responses={200: ProposalSerializer, **problems(409)})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Do what was asked, once and as one act. May be repeated.

        409 `already_decided`; 409 `expired`; 409 `outdated` when a task has moved on: then nothing
        is done, and `proposal` is a new one (null: there is nothing left to do).
        """
        proposal = self.get_object()
        with told_refusals():
            proposal.approve(origin_of(request))
        return self._answer(proposal)

    @describe(request=None, responses={200: ProposalSerializer, **problems(409)})
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Leave it. May be repeated; 409 as for approving."""
        proposal = self.get_object()
        with told_refusals():
            proposal.reject()
        return self._answer(proposal)

    def _answer(self, proposal: Proposal) -> Response:
        return Response(self.get_serializer(proposal).data)
