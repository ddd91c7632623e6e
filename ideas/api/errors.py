"""The API's one exception handler: the domain's refusals as documented codes."""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import InterfaceError, OperationalError
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.openapi_serializers import ClientErrorEnum
from rest_framework import exceptions, serializers, status
from rest_framework.serializers import as_serializer_error

from ideas.errors import CONFLICTS, Conflict, NotAllowed


class ConflictAnswer(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "This is too much to send at once."
    default_code = "too_large"


class Unavailable(exceptions.APIException):
    """The database can't be reached, has no connection left, or is locked or full."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The service can't answer at the moment. Send the same request again."
    default_code = "unavailable"
    wait = 5  # DRF's name for Retry-After


class RefusalHandler(ExceptionHandler):
    """Answers every error as {type, errors: [{code, detail, attr}]}: 400 invalid, 403, 404, 409 conflict, 503."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, NotAllowed):
            return exceptions.PermissionDenied(str(exc.text), code=exc.code)
        if isinstance(exc, Conflict):
            return ConflictAnswer(str(exc.text), code=exc.code)
        if isinstance(exc, ValidationError):
            return exceptions.ValidationError(as_serializer_error(exc))
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        if isinstance(exc, SuspiciousOperation):
            return exceptions.ParseError()
        if isinstance(exc, OperationalError | InterfaceError):
            return Unavailable()
        return super().convert_known_exceptions(exc)


class ForbiddenErrorSerializer(serializers.Serializer[dict[str, str]]):
    code = serializers.ChoiceField(choices=["not_allowed", "permission_denied"])
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ForbiddenSerializer(serializers.Serializer[dict[str, object]]):
    """403: one may see the thing, but not do this to it; or a session's write came without its form token."""

    type = serializers.ChoiceField(choices=ClientErrorEnum.choices)
    errors = ForbiddenErrorSerializer(many=True)  # type: ignore[assignment]  # the answer's name, not the property


class ConflictErrorSerializer(serializers.Serializer[dict[str, str]]):
    code = serializers.ChoiceField(choices=sorted(CONFLICTS))
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ConflictSerializer(serializers.Serializer[dict[str, object]]):
    """409: what was asked doesn't fit the present state of things. Read it again, and decide again."""

    type = serializers.ChoiceField(choices=ClientErrorEnum.choices)
    errors = ConflictErrorSerializer(many=True)  # type: ignore[assignment]  # likewise
