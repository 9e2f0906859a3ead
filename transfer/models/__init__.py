from transfer.models.feed import CalendarFeed
from transfer.models.imported import Imported
from transfer.models.upload import Upload

__all__ = ["CalendarFeed", "Imported", "Upload"]
