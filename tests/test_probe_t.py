from django.conf import settings
def test_x(): assert settings.MODE=="test"
