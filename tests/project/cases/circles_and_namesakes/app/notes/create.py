from .router import router


@router.post("")
def create():
    return {}
