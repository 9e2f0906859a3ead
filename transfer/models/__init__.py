from transfer.models.feed import CalendarFeed

__all__ = ["CalendarFeed"]
