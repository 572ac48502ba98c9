"""The four data sets without which a store cannot sell on its own."""

from typing import Literal, get_args

Dataset = Literal["products", "inventory", "payment-modes", "staff"]

DATASETS: tuple[Dataset, ...] = get_args(Dataset)
