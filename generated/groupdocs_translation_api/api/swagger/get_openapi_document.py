# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    is_yaml: bool | Unset = False,
    serialaize_as_v2: bool | Unset = False,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["IsYaml"] = is_yaml

    params["SerialaizeAsV2"] = serialaize_as_v2

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/swagger/spec",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> str | None:
    if response.status_code == 200:
        response_200 = response.text
        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    is_yaml: bool | Unset = False,
    serialaize_as_v2: bool | Unset = False,
) -> Response[str]:
    """Read the OpenAPI document of the service

     The document that the service serves of itself, as JSON or YAML.

    Args:
        is_yaml (bool | Unset):  Default: False.
        serialaize_as_v2 (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[str]
    """

    kwargs = _get_kwargs(
        is_yaml=is_yaml,
        serialaize_as_v2=serialaize_as_v2,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    is_yaml: bool | Unset = False,
    serialaize_as_v2: bool | Unset = False,
) -> str | None:
    """Read the OpenAPI document of the service

     The document that the service serves of itself, as JSON or YAML.

    Args:
        is_yaml (bool | Unset):  Default: False.
        serialaize_as_v2 (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        str
    """

    return sync_detailed(
        client=client,
        is_yaml=is_yaml,
        serialaize_as_v2=serialaize_as_v2,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    is_yaml: bool | Unset = False,
    serialaize_as_v2: bool | Unset = False,
) -> Response[str]:
    """Read the OpenAPI document of the service

     The document that the service serves of itself, as JSON or YAML.

    Args:
        is_yaml (bool | Unset):  Default: False.
        serialaize_as_v2 (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[str]
    """

    kwargs = _get_kwargs(
        is_yaml=is_yaml,
        serialaize_as_v2=serialaize_as_v2,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    is_yaml: bool | Unset = False,
    serialaize_as_v2: bool | Unset = False,
) -> str | None:
    """Read the OpenAPI document of the service

     The document that the service serves of itself, as JSON or YAML.

    Args:
        is_yaml (bool | Unset):  Default: False.
        serialaize_as_v2 (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        str
    """

    return (
        await asyncio_detailed(
            client=client,
            is_yaml=is_yaml,
            serialaize_as_v2=serialaize_as_v2,
        )
    ).parsed
