from ...deps import CurrentUser, router

__all__ = ["router"]


@router.put("/items")
def put(user: CurrentUser):
    return user
