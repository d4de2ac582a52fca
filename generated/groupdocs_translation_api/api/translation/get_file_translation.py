# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cloud_file_response import CloudFileResponse
from ...models.cloud_file_response_with_additional_info import (
    CloudFileResponseWithAdditionalInfo,
)
from ...types import Response


def _get_kwargs(
    request_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/document/{request_id}".format(
            request_id=quote(str(request_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CloudFileResponse | CloudFileResponseWithAdditionalInfo | None:
    if response.status_code == 200:
        response_200 = CloudFileResponse.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = CloudFileResponse.from_dict(response.json())

        return response_202

    if response.status_code == 206:
        response_206 = CloudFileResponseWithAdditionalInfo.from_dict(response.json())

        return response_206

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CloudFileResponse | CloudFileResponseWithAdditionalInfo]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    request_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[CloudFileResponse | CloudFileResponseWithAdditionalInfo]:
    """Read the result of a file translation

     For all kinds of files. While the job runs, the body's status is 202 and there are no URLs; results
    are kept for 24 hours.

    Args:
        request_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CloudFileResponse | CloudFileResponseWithAdditionalInfo]
    """

    kwargs = _get_kwargs(
        request_id=request_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    request_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> CloudFileResponse | CloudFileResponseWithAdditionalInfo | None:
    """Read the result of a file translation

     For all kinds of files. While the job runs, the body's status is 202 and there are no URLs; results
    are kept for 24 hours.

    Args:
        request_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CloudFileResponse | CloudFileResponseWithAdditionalInfo
    """

    return sync_detailed(
        request_id=request_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    request_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[CloudFileResponse | CloudFileResponseWithAdditionalInfo]:
    """Read the result of a file translation

     For all kinds of files. While the job runs, the body's status is 202 and there are no URLs; results
    are kept for 24 hours.

    Args:
        request_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CloudFileResponse | CloudFileResponseWithAdditionalInfo]
    """

    kwargs = _get_kwargs(
        request_id=request_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    request_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> CloudFileResponse | CloudFileResponseWithAdditionalInfo | None:
    """Read the result of a file translation

     For all kinds of files. While the job runs, the body's status is 202 and there are no URLs; results
    are kept for 24 hours.

    Args:
        request_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CloudFileResponse | CloudFileResponseWithAdditionalInfo
    """

    return (
        await asyncio_detailed(
            request_id=request_id,
            client=client,
        )
    ).parsed
