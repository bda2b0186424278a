from apscheduler.jobstores import sqlalchemy as stores
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import FastAPI
from sqlalchemy import create_engine

engine = create_engine("postgresql://localhost/jobs")
scheduler = AsyncIOScheduler(
    jobstores={
        "default": stores.SQLAlchemyJobStore(engine=engine),
        "slow": stores.SQLAlchemyJobStore(engine=engine, tablename="slow_jobs"),
    }
)
app = FastAPI(on_startup=[scheduler.start])


def later() -> None:
    scheduler.add_jobstore(stores.SQLAlchemyJobStore(engine=engine, tablename="later_jobs"))


app.add_event_handler("startup", later)
