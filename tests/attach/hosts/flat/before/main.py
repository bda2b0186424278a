from fastapi import FastAPI, HTTPException

app = FastAPI()

birds = ["wren", "robin"]


@app.get("/birds")
def list_birds():
    return birds


@app.post("/birds")
def add_bird(name: str):
    birds.append(name)
    return name


@app.get("/birds/{number}")
def read_bird(number: int):
    if number >= len(birds):
        raise HTTPException(status_code=404, detail={"message": "no such bird"})
    return birds[number]


@app.middleware("http")
async def count(request, call_next):
    response = await call_next(request)
    response.headers["X-Birds"] = str(len(birds))
    return response
